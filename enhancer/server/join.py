"""How the API comes to stand beside the page: routes and middleware for the page's own server."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from enhancer.server.api import description
from enhancer.server.guard import Guard
from enhancer.server.problems import LATER, Problem
from enhancer.server.service import Service

STARTING = "The first model is still being opened; please try again later."
FULL = "As many requests are under way as there is room for; please try again later."


def app_arguments(api: FastAPI) -> dict[str, Any]:
    """What `page.launch(app_kwargs=...)` takes to serve the API under /v1, and to guard both."""
    service: Service = api.state.service
    return {
        "routes": _routes(api, service),
        "middleware": [Middleware(Guard, max_body=service.settings.max_body)],
        "openapi_url": None,  # of the page's framework, whose routes are not an interface
    }


def _routes(api: FastAPI, service: Service) -> list[BaseRoute]:
    async def alive(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        for obstacle, there in ((STARTING, not service.ready.is_set()), (FULL, service.door.full)):
            if there:
                return Problem(HTTPStatus.SERVICE_UNAVAILABLE, obstacle, retry_after=LATER).response()
        return JSONResponse({"status": "ready"})

    async def described(request: Request) -> Response:
        return JSONResponse(description(api))

    async def moved(request: Request) -> Response:
        return RedirectResponse("/v1/")

    return [
        Route("/healthz", alive),
        Route("/readyz", ready),
        Route("/openapi.json", described),
        Route("/v1", moved),
        Mount("/v1", api),
    ]
