"""What a Hub does with uploads: repositories, large files by their hash, and commits that list both kinds."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import yaml

LARGE = (".safetensors", ".png")
OID = "d" * 40
Answer = tuple[int, bytes]


class Hub(Protocol):
    """The server that keeps the files."""

    url: str

    def serve(self, repo: str, file: str, content: bytes) -> str:
        """Offer a file."""


class Uploads:
    """`created` holds the wish of each new repository, by name; a commit puts its files on offer."""

    def __init__(self, hub: Hub) -> None:
        self.created: dict[str, dict[str, Any]] = {}
        self._hub = hub
        self._large: dict[str, bytes] = {}
        self._routes: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
            ("POST", r"/api/repos/create", self._create),
            ("GET", r"/api/models/([^/]+/[^/]+)", self._info),
            ("POST", r"/api/validate-yaml", self._validate),
            ("POST", r"/api/(?:models|spaces)/(.+)/preupload/main", self._preupload),
            ("POST", r"/(.+)\.git/info/lfs/objects/batch", self._batch),
            ("PUT", r"/lfs/(\w+)", self._put),
            ("POST", r"/api/(?:models|spaces)/(.+)/commit/main", self._commit),
        )

    def take(self, method: str, path: str, body: bytes) -> Answer:
        """Status and body of the answer."""
        for wanted, pattern, route in self._routes:
            found = re.fullmatch(pattern, unquote(urlsplit(path).path))
            if found and method == wanted:
                return route(body, *found.groups())
        return 404, b""

    def _create(self, body: bytes) -> Answer:
        wish = json.loads(body)
        name = f"{wish['organization']}/{wish['name']}"
        known, self.created[name] = name in self.created, {**wish, **self.created.get(name, {})}
        return _json(409 if known else 200, {"url": f"{self._hub.url}/{name}"})

    def _info(self, _body: bytes, repo: str) -> Answer:
        if repo not in self.created:
            return 404, b""
        return _json(200, {"id": repo, "private": self.created[repo]["visibility"] == "private"})

    def _validate(self, body: bytes) -> Answer:
        front = json.loads(body)["content"].split("---\n")[1]
        errors = [] if isinstance(yaml.safe_load(front), dict) else [{"message": "no front matter"}]
        return _json(200, {"errors": errors, "warnings": []})

    def _preupload(self, body: bytes, repo: str) -> Answer:
        if repo not in self.created:
            return 404, b""
        modes = {f["path"]: "lfs" if f["path"].endswith(LARGE) else "regular" for f in json.loads(body)["files"]}
        files = [{"path": path, "uploadMode": mode, "shouldIgnore": False} for path, mode in modes.items()]
        return _json(200, {"files": files})

    def _batch(self, body: bytes, _repo: str) -> Answer:
        objects = [
            {**wanted, "actions": {"upload": {"href": f"{self._hub.url}/lfs/{wanted['oid']}"}}}
            for wanted in json.loads(body)["objects"]
        ]
        return _json(200, {"transfer": "basic", "objects": objects})

    def _put(self, body: bytes, oid: str) -> Answer:
        if hashlib.sha256(body).hexdigest() != oid:
            return 400, b"wrong bytes"
        self._large[oid] = body
        return 200, b""

    def _commit(self, body: bytes, repo: str) -> Answer:
        for line in map(json.loads, body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                self._hub.serve(repo, value["path"], base64.b64decode(value["content"]))
            elif line["key"] == "lfsFile":
                self._hub.serve(repo, value["path"], self._large[value["oid"]])
        return _json(200, {"commitUrl": f"{self._hub.url}/{repo}/commit/{OID}", "commitOid": OID})


def _json(status: int, values: dict[str, Any]) -> Answer:
    return status, json.dumps(values).encode()
