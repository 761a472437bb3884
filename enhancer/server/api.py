"""The API as an application of its own, to be mounted at /v1; every error in it is answered in one shape."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.responses import HTMLResponse, JSONResponse

from enhancer.engine import Engine
from enhancer.models.catalog import CATALOG, Entry
from enhancer.monitor import Monitor
from enhancer.server import describe
from enhancer.server.enhance import enhance_routes, unknown_task
from enhancer.server.filed import file_routes
from enhancer.server.jobs import job_routes
from enhancer.server.lab import lab_routes
from enhancer.server.lab_detect import detect_route
from enhancer.server.lists import lists
from enhancer.server.measure import measure_routes
from enhancer.server.page import page
from enhancer.server.problems import handle_problems
from enhancer.server.scenes import SCENES
from enhancer.server.service import Service
from enhancer.server.video import VIDEO
from enhancer.settings import VERSION


def build_api(engine: Engine, catalog: Sequence[Entry] = CATALOG, monitor: Monitor | None = None) -> FastAPI:
    """The API over this engine, whose store holds the models of `catalog`; its `Service` is `app.state.service`.

    Its own work and that of the page are counted by `monitor`, or by a new one.
    """
    service = Service(engine, catalog, monitor or Monitor(engine, catalog))
    app = FastAPI(
        title=describe.TITLE,
        description=describe.ABOUT,
        version=VERSION,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    handle_problems(app)
    app.include_router(file_routes(service, (VIDEO, *SCENES)))
    for routes in (enhance_routes, job_routes, measure_routes, lab_routes, detect_route, lists):
        app.include_router(routes(service))
    if service.settings.mcp:
        from enhancer.server.mcp import mcp_routes  # here: the page starts sooner without it

        app.include_router(mcp_routes(service))
    app.add_api_route("/{task_id}", unknown_task, methods=["POST"], include_in_schema=False)
    app.add_api_route("/jobs/{task_id}", unknown_task, methods=["POST"], include_in_schema=False)
    app.add_api_route("/", lambda: HTMLResponse(page(description(app))), include_in_schema=False)
    app.add_api_route("/openapi.json", lambda: JSONResponse(description(app)), include_in_schema=False)
    return app


def description(app: FastAPI) -> dict[str, Any]:
    """The API in OpenAPI; made when it is first asked for."""
    return describe.completed(app.openapi())
