"""The page as a program: settings → store → engine → page. Obeys GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""

import logging
import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

from enhancer.engine import Engine
from enhancer.models.store import Store
from enhancer.settings import Settings
from enhancer.ui import build, launch_arguments

if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    engine = Engine(Store(settings, catalog_only=True), settings)  # strangers may choose from the catalogue alone
    demo = build(engine, settings)
    demo.launch(**launch_arguments(settings))
