"""The REST API: the same tasks, engine, turns and memory as the page, for programs, on the same port."""

from enhancer.server.api import build_api
from enhancer.server.join import app_arguments

__all__ = ["app_arguments", "build_api"]
