"""As much of Ray as a batch needs, within this process: actors are objects, a call is done as soon as it is made.

Only the first `places` actors get one; `errors` are what a call raises for a file, by its name.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    """As in ray.exceptions, whose errors all come from it."""


class RayActorError(RayError):
    """The actor is gone."""


class OutOfMemoryError(RayError):
    """The node ran low on memory; no RayActorError, although the actor is gone."""


class ObjectLostError(RayError):
    """An answer was lost on its way."""


class RayTaskError(RayError):
    """What the actor raised itself; Ray's own is one of the cause's kind, too."""


class Refused(RayTaskError, PermissionError):
    """An OSError of the actor."""


@dataclass
class Ref:
    """What a call will have given; `ready` once it did."""

    value: Any = None
    error: Exception | None = None
    ready: bool = True


@dataclass
class FakeRay:
    """Stands for the module."""

    places: int = 99
    errors: dict[str, Exception] = field(default_factory=dict)
    started: int = 0
    killed: int = 0
    exceptions: Any = field(default_factory=lambda: SimpleNamespace(RayError=RayError, RayActorError=RayActorError))

    def init(self, **_: object) -> None:
        """Found at once."""

    def cluster_resources(self) -> dict[str, float]:
        """Two hands, who leave the threads of this process as they are."""
        return {"GPU": 2.0}

    def remote(self, kind: Callable[..., Any]) -> Any:
        """What makes actors of a class."""
        return SimpleNamespace(options=lambda **_: SimpleNamespace(remote=lambda *given: self._actor(kind, given)))

    def _actor(self, kind: Callable[..., Any], given: Sequence[Any]) -> Any:
        self.started += 1
        actor = kind(*given) if self.started <= self.places else None
        names = ("stamp", "how_far", "stop", "do")
        calls = {name: SimpleNamespace(remote=lambda *a, name=name: self._call(actor, name, a)) for name in names}
        return SimpleNamespace(**calls)

    def _call(self, actor: Any, name: str, given: Sequence[Any]) -> Ref:
        if actor is None:
            return Ref(ready=False)
        error = self.errors.get(given[0]) if name == "do" else None
        return Ref(error=error) if error else Ref(getattr(actor, name)(*given))

    def wait(self, refs: list[Ref], timeout: float) -> tuple[list[Ref], list[Ref]]:
        """Those that are ready, and the others."""
        if not refs[0].ready:
            time.sleep(timeout)
        return [r for r in refs if r.ready], [r for r in refs if not r.ready]

    def get(self, ref: Ref) -> Any:
        """What a call gave."""
        while not ref.ready:
            time.sleep(0.1)
        if ref.error:
            raise ref.error
        return ref.value

    def kill(self, _: Any) -> None:
        """Counted alone."""
        self.killed += 1
