"""What `prepare` is asked for: every size, limit and its reason in one frozen object."""

from dataclasses import dataclass

from enhancer.options import option


@dataclass(frozen=True)
class Plan:
    """Limits were measured on 597 tiles chosen for training ("good tiles") and on LIVE1 made worse on purpose."""

    tile: int = option(384, "width and height of a tile in pixels", minimum=64, maximum=2048)
    overlap: int = option(0, "pixels that neighbouring tiles share", minimum=0, maximum=1024)
    shrink: float = option(
        1.0, "shrink pictures to this share of either side first, which hides compression", minimum=0.1, maximum=1.0
    )
    per_picture: int = option(
        0, "at most this many tiles of a picture, the most detailed; 0 keeps all", minimum=0, maximum=10_000
    )
    format: str = option("webp", "file format of the tiles, both lossless", choices=("webp", "png"))
    # Good tiles have 2.26 or more, but for one of 1.79.
    detail: float = option(
        2.0, "least mean step from pixel to pixel in 8-bit levels; below is flat", minimum=0, maximum=99
    )
    # Good tiles: 99 % have at most 0.52. LIVE1 blurred by a Gaussian of 2 pixels: median 0.60; of 3 pixels: all above
    # 0.67; enlarged x4: median 0.55.
    blur: float = option(0.55, "most blur, 0 to 1 (Crete 2007); above is blurred", minimum=0, maximum=1)
    # Good tiles have at most 0.6, but for three of 0.69 to 1.55. LIVE1 at JPEG quality 50: all 0.77 or more; at 70 the
    # median is 0.94, at 80 0.60, at 90 0.30.
    blocks: float = option(0.6, "most extra step at the borders of JPEG blocks, in 8-bit levels", minimum=0, maximum=99)
    # Texture that fills a tile hides or resembles noise (see `measure.WHITE`); some tile of a picture is plain.
    noise: float = option(10.0, "most noise of a tile, standard deviation in 8-bit levels", minimum=0, maximum=255)
    noise_everywhere: float = option(
        6.0, "most noise of the least noisy tile of a picture of four or more", minimum=0, maximum=255
    )
    # Strangers differ in 127 ± 8 signs; see `fingerprint.apart`.
    alike: int = option(
        64, "two pictures that differ in at most this many of 255 signs are one", minimum=0, maximum=100
    )
