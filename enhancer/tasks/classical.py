"""Filters from before networks, linear and not: cheap, foreseeable, and the yardstick for the learned ones."""

from enhancer.tasks.classical_options import (
    BilateralOptions,
    BrightnessOptions,
    ClaheOptions,
    ContrastOptions,
    EqualiseOptions,
    GammaOptions,
    MedianOptions,
    NlMeansOptions,
    SaturationOptions,
    TotalVariationOptions,
    UnsharpOptions,
    WaveletOptions,
    WhiteBalanceOptions,
)
from enhancer.tasks.task import Task


def _task(home: str, task_id: str, title: str, summary: str, options: type) -> Task:
    return Task(task_id, title, summary, "classical", options, f"enhancer.tasks.classical_{home}")


CLASSICAL: tuple[Task, ...] = (
    _task(
        "tone", "brightness", "Brightness", "Make everything lighter or darker by the same amount.", BrightnessOptions
    ),
    _task("tone", "contrast", "Contrast", "Spread light and dark apart.", ContrastOptions),
    _task("tone", "saturation", "Saturation", "Make colours stronger or paler.", SaturationOptions),
    _task("tone", "gamma", "Gamma", "Lighten or darken the middle tones; black and white stay.", GammaOptions),
    _task("tone", "white-balance", "White balance", "Take away a colour cast of the light.", WhiteBalanceOptions),
    _task(
        "equalise",
        "equalise",
        "Equalise",
        "Spread the tones of the whole picture evenly from black to white.",
        EqualiseOptions,
    ),
    _task(
        "equalise",
        "clahe",
        "Local contrast",
        "Bring out detail in shadows and lights, place by place (CLAHE).",
        ClaheOptions,
    ),
    _task("detail", "unsharp", "Sharpen", "Lift the contrast of edges (unsharp mask).", UnsharpOptions),
    _task("denoise", "median", "Median", "Remove single wrong pixels and specks; edges stay.", MedianOptions),
    _task(
        "denoise",
        "bilateral",
        "Bilateral smoothing",
        "Smooth surfaces without blurring strong edges.",
        BilateralOptions,
    ),
    _task(
        "denoise",
        "nl-means",
        "Non-local means",
        "Remove noise by averaging places that look alike; slow.",
        NlMeansOptions,
    ),
    _task(
        "denoise", "wavelet", "Wavelet denoise", "Remove noise of several sizes; finds its strength.", WaveletOptions
    ),
    _task(
        "denoise",
        "total-variation",
        "Total variation",
        "Flatten noise into smooth areas with sharp borders.",
        TotalVariationOptions,
    ),
)
