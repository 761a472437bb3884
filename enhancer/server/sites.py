"""Which names this server answers to, and which other sites may speak to it: what browsers are lured into says both."""

import ipaddress
import os
import socket
from fnmatch import fnmatch
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from enhancer.server.problems import Refused
from enhancer.settings import Settings
from enhancer.space import HUB, space_hosts, space_id

ANY = "*"
HERE, ANY_SPACE = ("localhost", "*.localhost"), "*.hf.space"
HARMLESS = {"GET", "HEAD"}  # do nothing; what they answer no other site can read
PORTS = {"http": 80, "https": 443}


class Sites:
    """Knows this server's names: those of this machine and of its Space, and the settings `hosts` and `origins`.

    An address in figures is always known: only names can be turned by others to where they do not belong.
    """

    def __init__(self, settings: Settings) -> None:
        named = {*listed(settings.hosts), *space_hosts()}
        self._any_host = ANY in named
        self._named = frozenset(named - {ANY})
        self._hosts = self._named | {*HERE, socket.gethostname().lower(), os.environ.get("GRADIO_SERVER_NAME", "")}
        self._hosts |= {ANY_SPACE} if space_id() else set()
        self.origins = listed(settings.origins)

    @property
    def embedders(self) -> tuple[str, ...]:
        """Who may show the page in a frame, as a Content-Security-Policy lists them."""
        return (*(HUB if space_id() else ()), *self.origins)

    def check_host(self, headers: Headers) -> None:
        """Raises Refused, 400, for a request to a name that is not ours, a proxy's word included."""
        forwarded = [part for value in headers.getlist("x-forwarded-host") for part in value.split(",")]
        for host in [*headers.getlist("host"), *forwarded]:
            if not self._knows(_name_of(host)):
                raise Refused(
                    HTTPStatus.BAD_REQUEST,
                    f"This server does not answer to the name {host.strip()[:100]!r}; whoever runs it can add the name "
                    "to ENHANCER_HOSTS.",
                    "hosts",
                )

    def is_foreign(self, headers: Headers, method: str) -> bool:
        """Whether a page of another site asks, and is neither of `origins` nor harmless."""
        origin = headers.get("origin")
        return origin is not None and method not in HARMLESS and not self._is_own(origin, headers)

    def check_origin(self, headers: Headers, method: str) -> None:
        """Raises Refused, 403, where `is_foreign`."""
        if self.is_foreign(headers, method):
            raise Refused(
                HTTPStatus.FORBIDDEN,
                "A page of another site may not use this server; whoever runs it can add that site to "
                "ENHANCER_ORIGINS.",
                "origins",
            )

    def _knows(self, name: str | None) -> bool:
        if name is None:
            return False
        return self._any_host or _is_figures(name) or any(fnmatch(name, known) for known in self._hosts)

    def _is_own(self, origin: str, headers: Headers) -> bool:
        if ANY in self.origins or origin.lower() in self.origins:
            return True
        place = _place_of(origin)
        if place is None:
            return False
        asked = {_place_of(f"{place[0]}://{headers.get(name, '')}") for name in ("host", "x-forwarded-host")}
        return place in asked or any(fnmatch(place[1], known) for known in self._named)


def listed(text: str) -> tuple[str, ...]:
    """The parts between commas, in small letters and without a slash at the end."""
    return tuple(part.strip().lower().rstrip("/") for part in text.split(",") if part.strip())


def _name_of(host: str) -> str | None:
    """The name in `name:port`; None where that is no such thing."""
    place = _place_of(f"http://{host.strip()}")
    return place and place[1]


def _place_of(address: str) -> tuple[str, str, int] | None:
    """Scheme, name and port of an origin; None for "null" and for what cannot be read."""
    try:
        parts = urlsplit(address.lower())
        name, port = parts.hostname, parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    if not name or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    return parts.scheme, name, port


def _is_figures(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
