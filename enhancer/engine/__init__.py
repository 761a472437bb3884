"""Device, precision, tiles and the one lock."""

from enhancer.engine.engine import Engine

__all__ = ["Engine"]
