"""Every address of the application as it is launched: `python -m tests.server.addresses`, method and path a line."""

import re
import sys
from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute, Mount

from app import doors
from enhancer.server import app_arguments
from enhancer.settings import Settings


def addresses(routes: Iterable[BaseRoute], root: str = "") -> Iterator[tuple[str, str]]:
    """Of every route, and of those below mounts and in routers, with something in the place of each part."""
    for route in routes:
        path = root + getattr(route, "path", "")
        if isinstance(route, Mount):
            yield from addresses(route.routes, path)
            yield "GET", f"{path}/any"
        elif hasattr(route, "original_router"):
            yield from addresses(route.original_router.routes, root + route.include_context.prefix)
        else:
            filled = re.sub(r"\{[^}]*\}", "any", path)
            yield from ((method, filled) for method in sorted(getattr(route, "methods", None) or {"GET"}))


if __name__ == "__main__":
    demo, api = doors(Settings())
    from gradio.routes import App

    application = App.create_app(demo, app_kwargs=app_arguments(api))
    for method, path in sorted(set(addresses(application.routes))):
        sys.stdout.write(f"{method} {path or '/'}\n")
