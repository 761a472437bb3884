"""The middle of a scene and of its result, as people see it: two pictures of eight bits."""

from pathlib import Path

import numpy as np
from PIL import Image

from enhancer.lanes.draw import repeated
from enhancer.lanes.scene import Source, Window

SIDE = 256  # pixels of the source
ENDS = (1, 99)  # percent of the values, that become black and white where the file does not say what to look at


def glimpse(source: Source, result: Source, scale: int, place: Path, inverted: bool = False) -> tuple[Path, Path]:
    """Write the first layer before and after, with one window for both. Raises BadPicture."""
    layer = source.layers[0]
    wide, high = min(SIDE, source.width), min(SIDE, source.height)
    middle = Window((source.width - wide) // 2, (source.height - high) // 2, wide, high)
    values, valid = source.read(layer, middle)
    seen = values[np.broadcast_to(valid, values.shape)]
    ends = layer.inner or (tuple(np.percentile(seen, ENDS)) if seen.size else (0.0, 1.0))
    pair = repeated(values, scale), result.read(result.layers[0], middle.times(scale))[0]
    files = place / "before.png", place / "after.png"
    for part, file in zip(pair, files, strict=True):
        _picture(part, (float(ends[0]), float(ends[1])), inverted).save(file)
    return files


def _picture(values: np.ndarray, ends: tuple[float, float], inverted: bool) -> Image.Image:
    """(1 or 3, h, w), from black at the first end to white at the second."""
    shares = ((np.nan_to_num(values) - ends[0]) / max(ends[1] - ends[0], 1e-30)).clip(0, 1)
    levels = np.rint(255 * (1 - shares if inverted else shares)).astype(np.uint8)
    return Image.fromarray(levels[0] if len(levels) == 1 else np.moveaxis(levels, 0, 2))
