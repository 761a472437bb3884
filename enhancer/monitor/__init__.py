"""The watch over a running server: what it counts, what it remembers of the last minutes, and its canary."""

from enhancer.monitor.canary import Canary
from enhancer.monitor.history import History, Sample
from enhancer.monitor.meters import Meters
from enhancer.monitor.monitor import Monitor

__all__ = ["Canary", "History", "Meters", "Monitor", "Sample"]
