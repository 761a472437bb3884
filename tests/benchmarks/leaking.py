"""The program, but that its API keeps a mebibyte of each request for ever, as the soak must find. For tests alone."""

from enhancer.engine import Engine
from enhancer.progress import Progress
from enhancer.server import enhance
from enhancer.server.wish import Wish
from enhancer.server.work import Answer, enhanced
from enhancer.settings import MIB

kept: list[bytes] = []


def leaking(data: bytes, wish: Wish, engine: Engine, progress: Progress) -> Answer:
    """As the honest one, and a mebibyte stays."""
    kept.append(b"\1" * MIB)
    return enhanced(data, wish, engine, progress)


if __name__ == "__main__":
    from app import main

    enhance.enhanced = leaking
    main()
