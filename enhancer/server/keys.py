"""Who may come in at all: a token for programs, a name with a password for people; without settings, everybody."""

import base64
import binascii
from http import HTTPStatus
from secrets import compare_digest

from enhancer.server.pace import Pace
from enhancer.server.problems import Refused
from enhancer.settings import Settings

CHALLENGE = 'Basic realm="Image Enhancer", charset="UTF-8"'  # browsers ask people for a name and a password
ATTEMPTS = 10  # wrong ones a minute
TOO_MANY = "{most} wrong tokens or passwords within a minute; please try again in {after} seconds."
NEEDED = "This server is for those who have its token, as `Authorization: Bearer …`, or its name and password."
WRONG = "This token, or this name and password, is not the one of this server."


class Keys:
    """Compares what a request brings with `settings`.

    Raises ValueError for a login without ":", and for a token that no header brings as it is.
    """

    def __init__(self, settings: Settings) -> None:
        name, colon, password = settings.login.partition(":")
        if settings.login and not (name and colon and password):
            raise ValueError("ENHANCER_LOGIN must be a name and a password with a colon between them")
        token = settings.token
        if not (token.isascii() and token.isprintable()) or token != token.strip():
            raise ValueError("ENHANCER_TOKEN must be of ASCII's letters, digits and signs, without blanks around it")
        self._token, self._login = settings.token, settings.login
        self._wrong = Pace(ATTEMPTS, TOO_MANY)

    def check(self, authorization: str, client: str) -> None:
        """Raises Refused: 401 without the right key, 429 for a client that guesses."""
        if not self._token and not self._login:
            return
        if not authorization:
            raise Refused(HTTPStatus.UNAUTHORIZED, NEEDED)
        self._wrong.check(client)
        if not self._fits(authorization):
            self._wrong.step(client)
            raise Refused(HTTPStatus.UNAUTHORIZED, WRONG)

    def _fits(self, authorization: str) -> bool:
        kind, _, given = authorization.partition(" ")
        if kind.lower() == "bearer":
            return _same(given.strip(), self._token)
        if kind.lower() != "basic":
            return False
        try:
            pair = base64.b64decode(given.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return _same(pair, self._login) or _same(pair.partition(":")[2], self._token)  # browsers know no bare tokens


def _same(given: str, key: str) -> bool:
    """In a time that tells nothing; no key fits nothing."""
    return bool(key) and compare_digest(given.encode(), key.encode())
