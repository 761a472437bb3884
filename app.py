"""The page and the REST API as a program: settings → store → engine → both.

Obeys --host and --port, and GRADIO_SERVER_NAME and GRADIO_SERVER_PORT. While it starts, its address says that it is
getting ready; models are opened while the page is already there.
"""

import argparse
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from enhancer.logs import configure
from enhancer.memory import share_heaps
from enhancer.settings import SERVED, Settings
from enhancer.space import BORROWED, lends_gpu, trust_its_proxy
from enhancer.welcome import getting_ready
from enhancer.workplace import begin

if TYPE_CHECKING:
    from fastapi import FastAPI

    from enhancer.engine import Engine
    from enhancer.models.contract import Model
    from enhancer.ui.gate import Page

PATCHED = 13  # of Pillow, which gradio's own range leaves out; requirements.lock has it
NAMES = {"host": "GRADIO_SERVER_NAME", "port": "GRADIO_SERVER_PORT"}
HOST, PORT, PORTS = "127.0.0.1", 7860, range(1, 65536)  # the first two as gradio has them
log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the page until the process is ended. Other arguments than --host and --port end it with exit code 2.

    A setting that cannot be ends it with one sentence.
    """
    signal.signal(signal.SIGTERM, end)  # which the first process of a container does not hear by itself
    host, port = address(arguments)
    try:
        settings = Settings.from_environment(SERVED | (BORROWED if lends_gpu() else {}) | os.environ)
    except ValueError as error:
        sys.exit(str(error))
    configure(settings.log)
    share_heaps()
    trust_its_proxy()
    gc.disable()  # imports and layout make no garbage, and looking for it takes a seventh of the time
    with getting_ready(host, port):
        place = begin(settings)
        demo, api = doors(settings)
        place.settle()
        look_at_decoder()
        from enhancer.server import app_arguments
        from enhancer.ui import launch_arguments

        how = launch_arguments(settings, demo) | {"app_kwargs": app_arguments(api)}
    place.keep_swept()
    service = api.state.service
    service.monitor.start()
    gc.freeze()
    gc.enable()
    demo.launch(**how, prevent_thread_lock=True)  # until the page answers, nothing else takes the processor
    threading.Thread(target=warm, args=(service.engine, service.monitor.ready), daemon=True, name="warm").start()
    demo.block_thread()


def end(number: int, _: object) -> NoReturn:
    """Leave in peace at `kill` and `docker stop`, so that the folder of visitors' files goes with the server."""
    raise SystemExit(128 + number)


def address(arguments: Sequence[str] | None = None) -> tuple[str, int]:
    """Host and port to serve at. What an argument says goes into the environment, where gradio looks for it."""
    parser = argparse.ArgumentParser(prog="app.py", description="Serve the page and the REST API. Ctrl-C ends it.")
    parser.add_argument("--host", help=f"address to serve at (default: {NAMES['host']}, else {HOST}; 0.0.0.0: all)")
    parser.add_argument("--port", type=int, help=f"first port to try (default: {NAMES['port']}, else {PORT})")
    told = {NAMES[name]: str(value) for name, value in vars(parser.parse_args(arguments)).items() if value is not None}
    os.environ.update(told)
    port = os.environ.get(NAMES["port"], str(PORT))
    if not port.isdecimal() or int(port) not in PORTS:
        parser.error(f"a port is a number from 1 to {PORTS[-1]}, not {port}")
    return os.environ.get(NAMES["host"], HOST), int(port)


def doors(settings: Settings) -> "tuple[Page, FastAPI]":
    """Import what is slow to import, and lay the page and the REST API out over one engine that remembers."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    if settings.decode_workers or settings.model_worker:
        from enhancer.nursery import plant

        plant()
    try:
        hall = drawing(settings)  # before gradio, which would import the package that lends GPUs by itself
    except ValueError as error:  # a precision that none is, a device that is not there
        sys.exit(str(error))
    from enhancer.engine.results import remembering
    from enhancer.models.catalog import CATALOG
    from enhancer.monitor import Monitor
    from enhancer.server import build_api
    from enhancer.ui import build

    engine = remembering(hall)
    monitor = Monitor(engine, CATALOG)
    return build(engine, settings, monitor=monitor), build_api(engine, monitor=monitor)


def drawing(settings: Settings) -> "Engine":
    """The engine, whose models strangers may choose from the catalogue alone; on ZeroGPU it borrows its GPU."""
    if lends_gpu():
        from enhancer.zero import lent_engine

        return lent_engine(settings)
    from enhancer.engine import Engine
    from enhancer.engine.apart import store_for

    return Engine(store_for(settings, catalog_only=True), settings)


def look_at_decoder() -> None:
    """Say so where pictures of strangers are read by what is known to have holes."""
    from PIL import __version__ as version

    if int(version.partition(".")[0]) < PATCHED:
        log.warning("Pillow %s has published holes; `pip install --no-deps pillow==%d.*` closes them", version, PATCHED)


def warm(engine: "Engine", ready: threading.Event) -> None:
    """Begin the processes that read pictures, open the model that most visitors try first, as crisp; then say so.

    It draws as much as a preview, for what is measured once: its memory, and by whom its convolutions are computed
    faster. So the first preview does not wait.
    """
    from enhancer.errors import EnhancerError
    from enhancer.media.apart import prepare
    from enhancer.progress import Progress
    from enhancer.tasks.choose import AUTO, open_model

    prepare(engine.settings)
    try:
        model = open_model(engine, Progress(), AUTO, "upscale", factor=2.0)
        engine.tile_side(model)
        if not lends_gpu():  # which is for what visitors ask
            draw_a_preview(engine, model)
        ready.set()
    except EnhancerError as error:
        log.warning("the first model is not ready: %s", error)


def draw_a_preview(engine: "Engine", model: "Model") -> None:
    """Of nothing, as large as those of the page, and watched by nobody."""
    import torch

    from enhancer import watch
    from enhancer.engine.results import really
    from enhancer.progress import Progress
    from enhancer.ui.crop import NEAR
    from enhancer.ui.enhance_desk import CROP

    with watch.apart():
        really(engine).run(model, torch.zeros(3, *(side + 2 * NEAR for side in reversed(CROP))), Progress())


if __name__ == "__main__":
    main()
