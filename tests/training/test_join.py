"""A joined network does what its two parts did, and takes only parts that fit."""

import copy
from pathlib import Path

import pytest
import torch

from enhancer.errors import WeightsRefused
from enhancer.models.store import open_model
from enhancer.networks import Generator, RestorationUNet, ToneNetwork
from enhancer.networks.initialise import initialise
from enhancer.networks.tone import shrink
from enhancer.training.checkpoint import export
from enhancer.training.join import join
from enhancer.training.start import warm_start

MENDING = {"widths": [4, 6], "blocks": [1, 1], "planes": 1}
ENLARGING = {"scale": 2, "channels": 8, "depth": 2}


def parts(folder: Path, planes: int = 1, blocks: int = 0) -> tuple[Path, Path]:
    mending, enlarging = MENDING | {"planes": planes}, ENLARGING | {"blocks": blocks}
    files = folder / "mend.safetensors", folder / "enlarge.safetensors"
    made = RestorationUNet(**mending), Generator(**enlarging)  # type: ignore[arg-type]  # as a header gives it
    for seed, (network, name, shape, file) in enumerate(
        zip(made, ("restoration-unet", "generator"), (mending, enlarging), files, strict=True)
    ):
        initialise(network, seed)
        export(network, name, shape, file)
    return files


def test_the_joined_network_is_one_after_the_other(tmp_path: Path) -> None:
    mending, enlarging = parts(tmp_path)
    join(mending, enlarging, tmp_path / "start.safetensors")
    both, first, second = (open_model(f, f.stem) for f in (tmp_path / "start.safetensors", mending, enlarging))
    assert (both.scale, both.multiple_of, both.planes) == (2, 4, 0)
    x = torch.rand(1, 3, 16, 20)
    with torch.inference_mode():
        assert torch.equal(both.network(x), second.network(first.network(x)))


def test_parts_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    mending, enlarging = parts(tmp_path)
    with pytest.raises(WeightsRefused, match="not a restoration-unet"):
        join(enlarging, mending, tmp_path / "start.safetensors")
    for planes, blocks, reason in ((0, 0, "extra plane"), (1, 1, "without blocks")):
        files = parts(tmp_path, planes, blocks)
        with pytest.raises(WeightsRefused, match=reason):
            join(*files, tmp_path / "start.safetensors")
    assert not (tmp_path / "start.safetensors").exists()


def test_a_tone_network_takes_the_u_net_for_its_cleaning_as_if_it_knew_no_strength(tmp_path: Path) -> None:
    mending, _ = parts(tmp_path)
    shape = {"luts": 2, "side": 5, "widths": [3, 5], "blocks": [1, 1]}
    brightening = ToneNetwork(**shape)  # type: ignore[arg-type]  # as a header gives it
    initialise(brightening, 2)
    export(brightening, "tone", shape, tmp_path / "tone.safetensors")
    join(mending, tmp_path / "tone.safetensors", tmp_path / "start.safetensors")
    both, cleaning = (open_model(f, f.stem).network for f in (tmp_path / "start.safetensors", mending))
    assert isinstance(both, ToneNetwork)
    x = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        context = both.glance(shrink(x, both.thumbnail))
        toned = ToneNetwork.forward(bare(both), x, context)
        inner = (..., slice(16, 48), slice(16, 48))  # the border sees zeros instead of the constant
        assert torch.allclose(both(x, context)[inner], cleaning(toned)[inner], atol=2e-3)


def bare(network: ToneNetwork) -> ToneNetwork:
    """The same without its cleaning."""
    plain = copy.deepcopy(network)
    plain.refine = None
    return plain


def test_of_a_photo_network_the_part_for_the_place_is_taken(tmp_path: Path) -> None:
    mending, enlarging = parts(tmp_path)
    join(mending, enlarging, tmp_path / "photo.safetensors")
    photo = tmp_path / "photo.safetensors"
    join(photo, photo, tmp_path / "again.safetensors")
    assert (tmp_path / "again.safetensors").read_bytes() == photo.read_bytes()


def test_a_u_net_starts_from_the_one_inside_a_photo_network(tmp_path: Path) -> None:
    mending, enlarging = parts(tmp_path)
    join(mending, enlarging, tmp_path / "photo.safetensors")
    network = RestorationUNet(**MENDING)  # type: ignore[arg-type]  # as a header gives it
    warm_start(network, tmp_path / "photo.safetensors")
    alone, x = open_model(mending, "mend"), torch.rand(1, 3, 16, 20)
    with torch.inference_mode():
        torch.testing.assert_close(network(x), alone.network(x))
