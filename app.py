"""The page and the REST API as a program: settings → store → engine → both.

Obeys GRADIO_SERVER_NAME and GRADIO_SERVER_PORT. While it starts, its address says that it is getting ready; models are
opened while the page is already there.
"""

import gc
import logging
import os
import threading
from typing import TYPE_CHECKING

from enhancer.logs import configure
from enhancer.settings import Settings
from enhancer.welcome import getting_ready

if TYPE_CHECKING:
    import gradio as gr
    from fastapi import FastAPI

    from enhancer.engine import Engine

HOST, PORT = "127.0.0.1", 7860  # where gradio serves unless it is told otherwise
log = logging.getLogger(__name__)


def main() -> None:
    """Serve the page until the process is ended."""
    settings = Settings.from_environment()
    configure(settings.log)
    host, port = os.environ.get("GRADIO_SERVER_NAME", HOST), int(os.environ.get("GRADIO_SERVER_PORT", PORT))
    gc.disable()  # imports and layout make no garbage, and looking for it takes a seventh of the time
    with getting_ready(host, port):
        demo, api = doors(settings)
        from enhancer.server import app_arguments
        from enhancer.ui import launch_arguments

        how = launch_arguments(settings) | {"app_kwargs": app_arguments(api)}
    service = api.state.service
    threading.Thread(target=warm, args=(service.engine, service.monitor.ready), daemon=True, name="warm").start()
    service.monitor.start()
    gc.freeze()
    gc.enable()
    demo.launch(**how)


def doors(settings: Settings) -> "tuple[gr.Blocks, FastAPI]":
    """Import what is slow to import, and lay the page and the REST API out over one engine that remembers."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    from enhancer.engine import Engine
    from enhancer.engine.results import remembering
    from enhancer.models.catalog import CATALOG
    from enhancer.models.store import Store
    from enhancer.monitor import Monitor
    from enhancer.server import build_api
    from enhancer.ui import build

    engine = remembering(
        Engine(Store(settings, catalog_only=True), settings)
    )  # strangers may choose from the catalogue
    monitor = Monitor(engine, CATALOG)
    return build(engine, settings, monitor=monitor), build_api(engine, monitor=monitor)


def warm(engine: "Engine", ready: threading.Event) -> None:
    """Open the model that most visitors try first, so that their first preview does not wait for it; then say so."""
    from enhancer.errors import EnhancerError
    from enhancer.tasks.choose import AUTO, choose_model

    try:
        model = engine.model(choose_model(AUTO, "upscale", 2.0))
        engine.tile_side(model)  # measures how much memory it takes, once
        ready.set()
    except EnhancerError as error:
        log.warning("the first model is not ready: %s", error)


if __name__ == "__main__":
    main()
