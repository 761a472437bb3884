"""How the API comes to stand beside the page: routes and the guard for the page's own server."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from enhancer.monitor.meters import MEDIA_TYPE
from enhancer.server.api import description
from enhancer.server.guard import guarding
from enhancer.server.problems import LATER, Problem
from enhancer.server.service import Service


def app_arguments(api: FastAPI) -> dict[str, Any]:
    """What `page.launch(app_kwargs=...)` takes to serve the API under /v1, and to guard both."""
    service: Service = api.state.service
    return {
        "routes": _routes(api, service),
        "lifespan": guarding(service.settings),
        "openapi_url": None,  # of the page's framework, whose routes are not an interface
    }


def _routes(api: FastAPI, service: Service) -> list[BaseRoute]:
    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        obstacle = service.monitor.obstacle
        if obstacle is not None:
            return Problem(HTTPStatus.SERVICE_UNAVAILABLE, obstacle, retry_after=LATER).response()
        return JSONResponse({"status": "ready"})

    def counted(request: Request) -> Response:  # in a thread, as it is a matter of milliseconds
        return Response(service.monitor.meters.text(), media_type=MEDIA_TYPE)

    async def described(request: Request) -> Response:
        return JSONResponse(description(api))

    async def moved(request: Request) -> Response:
        return RedirectResponse("/v1/")

    return [
        *([Route("/metrics", counted)] if service.settings.monitoring else []),
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/openapi.json", described),
        Route("/v1", moved),
        Mount("/v1", api),
    ]
