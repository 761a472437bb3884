"""The lesson of objects: where they are in a picture and what they are called, from boxes that people drew."""

from enhancer.training.detect.lesson import Detection
from enhancer.training.detect.recipe import SEARCHES, SUMMARIES, Search

__all__ = ["SEARCHES", "SUMMARIES", "Detection", "Search"]
