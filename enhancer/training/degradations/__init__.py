"""What happened to a picture before we met it, as tensors in and tensors out."""

from enhancer.training.degradations.bicubic import bicubic, imresize, quantise

__all__ = ["bicubic", "imresize", "quantise"]
