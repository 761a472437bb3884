# The page and the REST API as a container: `docker build -t image-enhancer .`, and with a GPU `docker run --gpus all image-enhancer`.
# Smaller, without a GPU: `--build-arg VARIANT=cpu --build-arg PIP_EXTRA_INDEX_URL=...`, where the wheels of PyTorch for CPUs are.
FROM python:3.11-slim

# The wheel of rasterio leaves it to the system, and this image has none.
RUN apt-get update && apt-get install -y --no-install-recommends libexpat1 && rm -rf /var/lib/apt/lists/*

WORKDIR /app
ARG VARIANT=cuda
ARG PIP_EXTRA_INDEX_URL
COPY requirements.lock .
RUN if [ "$VARIANT" = cpu ]; then sed -i -E '/^(cuda|nvidia|triton)/d' requirements.lock; fi && \
    pip install --no-cache-dir --no-deps -r requirements.lock

COPY app.py ./
COPY weights weights
COPY enhancer enhancer
RUN python -m compileall -q enhancer && useradd --uid 1000 --no-create-home enhancer && install -d -o enhancer /data

# One folder is written to, for uploads, large pictures and models of the Hub; all else may be read-only.
ENV HOME=/data TMPDIR=/data ENHANCER_WORK=/data/work ENHANCER_CACHE=/data/cache HF_HOME=/data/hub \
    GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7860 \
    ENHANCER_LOG=json PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2
USER enhancer
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]
CMD ["python", "app.py"]
