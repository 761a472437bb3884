"""The numbers of JPEG as libjpeg uses them: quantisation tables, quality scaling, integer cosine transform, colour."""

import torch
from torch import Tensor

LUMINANCE = (  # ITU-T T.81, table K.1
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
CHROMINANCE = (  # ITU-T T.81, table K.2
    (17, 18, 24, 47, 99, 99, 99, 99),
    (18, 21, 26, 66, 99, 99, 99, 99),
    (24, 26, 56, 99, 99, 99, 99, 99),
    (47, 66, 99, 99, 99, 99, 99, 99),
    *((99,) * 8,) * 4,
)
# The transform of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) with libjpeg's 13-bit constants, multiplied out.
# Even outputs see x[i] + x[7-i], odd ones x[i] - x[7-i], for i = 0-3.
EVEN = (
    (8192, 8192, 8192, 8192),
    (10703, 4433, -4433, -10703),
    (8192, -8192, -8192, 8192),
    (4433, -10704, 10704, -4433),
)
ODD = ((11363, 9633, 6437, 2260), (9633, -2259, -11362, -6436), (6437, -11362, 2261, 9633), (2260, -6436, 9633, -11363))
BITS = 13
FORWARD_COLOUR = ((19595, 38470, 7471), (-11059, -21709, 32768), (32768, -27439, -5329))  # RGB → YCbCr, 16 bits
FORWARD_OFFSET = (32768, (128 << 16) + 32767, (128 << 16) + 32767)  # rounding and the centre of chroma
RED_CR, BLUE_CB, GREEN_CB, GREEN_CR = 91881, 116130, -22554, -46802  # YCbCr → RGB, 16 bits


def quality_tables(quality: Tensor) -> Tensor:
    """Quantisation tables (B, 2, 8, 8), luma and chroma, for qualities (B,) of 1-100 as libjpeg scales them."""
    q = quality.double().round().clamp(1, 100)
    percent = torch.where(q < 50, torch.floor(5000 / q), 200 - 2 * q)
    base = torch.tensor([LUMINANCE, CHROMINANCE], dtype=torch.float64)
    return torch.floor((base * percent[:, None, None, None] + 50) / 100).clamp(1, 255).float()


def cosine_matrix() -> Tensor:
    """The (8, 8) forward transform in units of 2^-13, √8 times as long as an orthonormal one, float32."""
    rows = [torch.tensor(r) for pair in zip(EVEN, ODD, strict=True) for r in pair]
    mirrored = [torch.cat([r, r.flip(0) * (-1) ** (i % 2)]) for i, r in enumerate(rows)]
    return torch.stack(mirrored).float()
