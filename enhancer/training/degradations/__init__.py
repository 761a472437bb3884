"""What happened to a picture before we met it, as tensors in and tensors out.

`DEGRADATIONS["jpeg"](quality=(10, 60))` is a kind with its ranges; calling it with a batch
(B, 3, H, W) float32 in [0, 1] and a `torch.Generator` returns the degraded batch and the parameters of every sample;
`record` makes those plain data.
"""

from enhancer.training.degradations.bicubic import bicubic, imresize, quantise
from enhancer.training.degradations.blind import BlindRanges
from enhancer.training.degradations.blur import Blur
from enhancer.training.degradations.contract import Degradation, Params, record
from enhancer.training.degradations.developed import Developed
from enhancer.training.degradations.exposure import Exposure
from enhancer.training.degradations.holes import Holes, holes_of
from enhancer.training.degradations.jpeg import Jpeg
from enhancer.training.degradations.kinds import DEGRADATIONS, Bicubic
from enhancer.training.degradations.noise import Noise

__all__ = [
    "DEGRADATIONS",
    "Bicubic",
    "BlindRanges",
    "Blur",
    "Degradation",
    "Developed",
    "Exposure",
    "Holes",
    "Jpeg",
    "Noise",
    "Params",
    "bicubic",
    "holes_of",
    "imresize",
    "quantise",
    "record",
]
