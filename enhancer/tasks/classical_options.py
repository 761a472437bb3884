"""What people can set of the classical tasks: data alone, so that a page or a help text needs no mathematics."""

from dataclasses import dataclass

from enhancer.options import option

EQUALISED = "how much of the equalised picture is blended over the plain one"
FILTERED = "how much of the filtered picture is blended over the plain one"


@dataclass(frozen=True)
class BrightnessOptions:
    """0 changes nothing."""

    amount: float = option(
        0.1, "lighter above 0, darker below; 1 is the whole range", minimum=-1.0, maximum=1.0, step=0.01
    )


@dataclass(frozen=True)
class ContrastOptions:
    """A factor of 1 changes nothing."""

    factor: float = option(1.2, "stronger above 1, flatter below", minimum=0.0, maximum=3.0, step=0.05)
    pivot: float = option(
        0.5, "the grey that stays as it is, from black 0 to white 1", minimum=0.0, maximum=1.0, step=0.01
    )


@dataclass(frozen=True)
class SaturationOptions:
    """A factor of 1 changes nothing."""

    factor: float = option(1.2, "more colour above 1, less below; 0 is grey", minimum=0.0, maximum=3.0, step=0.05)


@dataclass(frozen=True)
class GammaOptions:
    """A gamma of 1 changes nothing."""

    gamma: float = option(
        1.2, "lighter middle tones above 1, darker below; black and white stay", minimum=0.2, maximum=5.0, step=0.05
    )


@dataclass(frozen=True)
class WhiteBalanceOptions:
    """A strength of 0 changes nothing."""

    method: str = option(
        "grey world",
        "what should be without colour: the average of the picture, or its lightest parts",
        choices=("grey world", "white patch"),
    )
    strength: float = option(1.0, "how much of the colour cast is taken away", minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class EqualiseOptions:
    """A strength of 0 changes nothing."""

    strength: float = option(1.0, EQUALISED, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class ClaheOptions:
    """A strength of 0 changes nothing."""

    clip: float = option(
        2.0, "how steep the curve of a tile may get; 1 is none, more is harsher", minimum=1.0, maximum=10.0, step=0.1
    )
    tiles: int = option(8, "tiles along each side; more follow smaller shadows", minimum=1, maximum=16, step=1)
    strength: float = option(1.0, EQUALISED, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class UnsharpOptions:
    """An amount of 0 changes nothing."""

    amount: float = option(0.8, "how much edges are lifted", minimum=0.0, maximum=3.0, step=0.05)
    radius: float = option(1.2, "width of the edges that are lifted, in pixels", minimum=0.3, maximum=20.0, step=0.1)
    threshold: float = option(
        0.0, "weaker differences are left alone, in 8-bit levels; raise it for noisy pictures",
        minimum=0.0, maximum=30.0, step=0.5,
    )  # fmt: skip


@dataclass(frozen=True)
class MedianOptions:
    """A strength of 0 changes nothing."""

    radius: int = option(1, "pixels around that are asked; larger removes larger specks", minimum=1, maximum=5, step=1)
    strength: float = option(1.0, FILTERED, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class BilateralOptions:
    """A strength of 0 changes nothing."""

    radius: float = option(2.0, "how far pixels are mixed, in pixels", minimum=0.5, maximum=5.0, step=0.1)
    tolerance: float = option(
        25.0, "how different colours may be to be mixed, in 8-bit levels", minimum=1.0, maximum=150.0, step=1.0
    )
    strength: float = option(1.0, FILTERED, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class NlMeansOptions:
    """A strength of 0 changes nothing."""

    noise: float = option(10.0, "strength of the noise in 8-bit levels", minimum=1.0, maximum=75.0, step=0.5)
    patch: int = option(2, "radius of the patches that are compared, in pixels", minimum=1, maximum=4, step=1)
    search: int = option(9, "how far similar patches are looked for, in pixels", minimum=2, maximum=15, step=1)
    strength: float = option(1.0, FILTERED, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class WaveletOptions:
    """A strength of 0 changes nothing."""

    noise: float = option(
        0.0,
        "strength of the noise in 8-bit levels; 0 estimates it from the picture",
        minimum=0.0,
        maximum=75.0,
        step=0.5,
    )
    levels: int = option(4, "sizes of grain that are removed, each twice the one before", minimum=1, maximum=6, step=1)
    strength: float = option(1.0, FILTERED, minimum=0.0, maximum=1.0, step=0.05)


@dataclass(frozen=True)
class TotalVariationOptions:
    """A strength of 0 changes nothing."""

    weight: float = option(0.06, "smoother and more like a painting above", minimum=0.005, maximum=0.5, step=0.005)
    strength: float = option(1.0, FILTERED, minimum=0.0, maximum=1.0, step=0.05)
