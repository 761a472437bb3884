"""What every answer tells a browser: to guess nothing, to tell nobody, to run and load only what is ours."""

from http import HTTPStatus

from starlette.datastructures import MutableHeaders

from enhancer.server.keys import CHALLENGE
from enhancer.server.problems import LATER
from enhancer.space import HUB, space_id

API = "/v1"
OURS = (API, "/healthz", "/readyz", "/metrics", "/openapi.json")
FILES = "/gradio_api/file="
CAREFUL = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), payment=(), usb=()",
}
POLICY = "Content-Security-Policy"
BARE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox allow-same-origin"
PAGE = (  # the framework writes its configuration into the page, and makes functions of the texts of small scripts
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'{hub}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:{hub}; media-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:{hub}; worker-src 'self' blob:; frame-src 'none'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'self'{embedders}"
)


class Marks:
    """The headers of this server; `embedders` may show its page in a frame."""

    def __init__(self, embedders: tuple[str, ...]) -> None:
        spaced = "".join(f" {site}" for site in embedders)
        self._page = PAGE.format(hub="".join(f" {site}" for site in HUB) if space_id() else "", embedders=spaced)

    def add(self, headers: MutableHeaders, path: str, status: int) -> None:
        """Those that are not there yet, for the answer to a request to this path."""
        for header, value in CAREFUL.items():
            headers.setdefault(header, value)
        headers.setdefault(POLICY, BARE if path.startswith((*OURS, FILES)) else self._page)
        busy = status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
        if busy and not path.startswith(API):  # whose answers say themselves whether to try again helps
            headers.setdefault("Retry-After", str(LATER))
        if status == HTTPStatus.UNAUTHORIZED:
            headers.setdefault("WWW-Authenticate", CHALLENGE)
