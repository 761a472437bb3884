"""The lesson of drawing: pictures out of noise by a GAN or a VAE, judged by a recogniser of the same classes."""

from enhancer.training.synthesise.lesson import Synthesis
from enhancer.training.synthesise.recipe import DRAFTS, SUMMARIES, Draft

__all__ = ["DRAFTS", "SUMMARIES", "Draft", "Synthesis"]
