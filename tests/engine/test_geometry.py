"""The geometry of tiles and of crops for any size: nothing left out, nothing twice, nothing outside."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as any_

from enhancer.engine.tiling import halo_of, paste, spans, whole_grains
from enhancer.media import Picture
from enhancer.ui.crop import cut, region

EXTENTS, SIDES = any_.integers(1, 3000), any_.integers(1, 400)
HALOS, MULTIPLES = any_.integers(0, 70), any_.sampled_from((1, 2, 4, 8, 64))
SHARES = any_.floats(0, 1)
EXAMPLES = settings(max_examples=200, deadline=None)


@EXAMPLES
@given(EXTENTS, SIDES, HALOS, MULTIPLES)
def test_cores_cover_once_and_windows_reach_the_halo(extent: int, largest: int, halo: int, multiple: int) -> None:
    found = spans(extent, largest, halo, multiple)
    assert [0, *(span.stop for span in found)] == [*(span.start for span in found), extent]
    for span in found:
        assert 0 < span.stop - span.start <= whole_grains(largest, multiple)
        assert 0 <= span.low <= max(0, span.start - halo)
        assert min(span.stop + halo, extent) <= span.high <= extent
        assert span.low % multiple == 0


@EXAMPLES
@given(any_.integers(1, 90), any_.integers(1, 90), any_.integers(1, 48), HALOS, any_.integers(1, 4))
def test_tiles_of_a_picture_give_the_picture(height: int, width: int, largest: int, halo: int, scale: int) -> None:
    whole = torch.arange(height * width, dtype=torch.float64).reshape(1, height, width)
    large = whole.repeat_interleave(scale, 1).repeat_interleave(scale, 2)
    made = torch.full_like(large, -1)
    for rows in spans(height, largest, halo):
        for columns in spans(width, largest, halo):
            window = whole[:, rows.low : rows.high, columns.low : columns.high]
            core = halo_of(rows, columns).off(window)
            paste(made, rows, columns, core.repeat_interleave(scale, 1).repeat_interleave(scale, 2), scale)
    assert torch.equal(made, large)


@EXAMPLES
@given(any_.integers(1, 200), any_.integers(1, 200), SHARES, SHARES, any_.integers(1, 300), any_.integers(1, 300))
def test_a_crop_lies_inside_and_is_what_it_says(
    width: int, height: int, across: float, down: float, wide: int, high: int
) -> None:
    left, top, found_wide, found_high = region((width, height), (across, down), (wide, high))
    assert (found_wide, found_high) == (min(wide, width), min(high, height))
    assert 0 <= left <= width - found_wide
    assert 0 <= top <= height - found_high
    pixels = torch.arange(height * width, dtype=torch.float32).reshape(1, height, width).expand(3, -1, -1)
    crop = cut(Picture(pixels), (across, down), (wide, high))
    assert torch.equal(crop.inner(crop.picture.pixels), pixels[:, top : top + found_high, left : left + found_wide])
