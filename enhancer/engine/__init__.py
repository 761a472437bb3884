"""Device, precision, tiles and whose turn it is."""

from enhancer.engine.engine import Engine

__all__ = ["Engine"]
