"""The lesson of watching: where clips were joined, where their light flickers, and where frames were tampered with."""

from enhancer.training.watching.lesson import Watching
from enhancer.training.watching.recipe import SUMMARIES, WATCHES, Montage

__all__ = ["SUMMARIES", "WATCHES", "Montage", "Watching"]
