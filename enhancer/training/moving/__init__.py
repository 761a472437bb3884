"""The lesson of video: clips made of still pictures that move, damaged as surveillance cameras damage theirs."""

from enhancer.training.moving.lesson import Video
from enhancer.training.moving.recipe import SUMMARIES, VIDEOS, Reel

__all__ = ["SUMMARIES", "VIDEOS", "Reel", "Video"]
