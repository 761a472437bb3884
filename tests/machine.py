"""What times in tests stand for."""

import torch

from enhancer.engine.device import choose_precision

# Times of networks are those of processors that multiply bfloat16; those with 256-bit units alone have a fourth of it.
SLOWER = 1 if choose_precision("auto", torch.device("cpu")) is torch.bfloat16 else 4
