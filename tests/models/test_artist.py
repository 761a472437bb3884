"""The bundled networks that draw reach what their cards say, and a seed draws the same picture every time."""

from pathlib import Path

import pytest
import torch

from enhancer.errors import BadOptions, WeightsRefused
from enhancer.models.artist import Artist, grid, open_artist
from enhancer.models.recogniser import open_recogniser
from enhancer.training.recognise.textures import KINDS, OTHER, kinds_of, read_textures
from enhancer.training.synthesise.judge import NEAR, nearest
from tests.conftest import ROOT

LAB = ROOT / "weights" / "lab"
BUNDLED = ("gan-digits", "vae-digits")
LEAST = 0.8


@pytest.fixture(params=BUNDLED)
def artist(request: pytest.FixtureRequest) -> Artist:
    return open_artist(LAB / f"{request.param}.safetensors")


@pytest.mark.parametrize("name", BUNDLED)
def test_drawings_are_as_good_as_the_card_says_and_no_copies(name: str) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from enhancer.training.recognise import read_labelled
    from enhancer.training.synthesise.judge import likeness

    artist, judge = open_artist(LAB / f"{name}.safetensors"), open_recogniser(LAB / "digits.safetensors")
    seen, unseen = (part.pictures / 255.0 for part in read_labelled(Path("digits"), 8, True, 3))
    found = likeness(artist.sample(7, 1000)[:, :1], seen, unseen, judge)
    assert found.sure >= 0.9
    assert found.copied <= 0.03
    assert found.variety > 0.9
    assert found.frechet < 1.2


def test_unseen_digits_come_back_at_20_decibels() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    from enhancer.training.recognise import read_labelled

    artist, held = open_artist(LAB / "vae-digits.safetensors"), read_labelled(Path("digits"), 8, False, 3)[1]
    errors = [
        (artist.again(x / 255.0, held.names[int(label)]) - x / 255.0).square().mean()
        for x, label in zip(held.pictures, held.labels, strict=True)
    ]
    assert float((-10 * torch.stack(errors).log10()).mean()) >= 20


@pytest.fixture(scope="module")
def textures(shared: Path) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Of photographs: squares that were learned from, others that were not, and the kinds of these."""
    tiles = shared / "data" / "train"
    if not tiles.is_dir():
        pytest.skip("the photographs that the textures are of are not here")
    (seen, _), (unseen, kinds) = read_textures(tiles, 32, 8)
    return seen / 255.0, unseen / 255.0, kinds


@pytest.mark.parametrize("name", KINDS)
def test_textures_are_of_the_kind_that_is_asked_for(name: str) -> None:
    artist = open_artist(LAB / "gan-textures.safetensors")
    found = kinds_of((artist.sample(5, 200, name) * 255).round().byte())
    named = found[found != OTHER]
    assert len(named) > 100
    assert float((named == KINDS.index(name)).float().mean()) > LEAST


def test_textures_vary_and_are_no_copies(textures: tuple[torch.Tensor, ...]) -> None:
    seen, unseen, _ = textures
    drawings = open_artist(LAB / "gan-textures.safetensors").sample(7, 600)
    limit = nearest(unseen, seen).quantile(NEAR)
    assert float((nearest(drawings, seen) < limit).float().mean()) <= 0.03
    spread, real = (x.flatten(1).std(0).mean() for x in (drawings, unseen))
    assert spread > 0.8 * real


def test_unseen_textures_come_back(textures: tuple[torch.Tensor, ...]) -> None:
    artist = open_artist(LAB / "vae-textures.safetensors")
    _, unseen, kinds = textures
    few = list(zip(unseen, kinds, strict=True))[::4]
    errors = [(artist.again(x, artist.names[int(kind)]) - x).square().mean() for x, kind in few]
    flat = [(x.mean((1, 2), keepdim=True) - x).square().mean() for x, _ in few]
    again, mean = (float((-10 * torch.stack(e).log10()).mean()) for e in (errors, flat))
    assert again >= 20
    assert again > mean + 2


def test_a_seed_draws_the_same_and_a_name_draws_that(artist: Artist) -> None:
    assert torch.equal(artist.sample(3, 12), artist.sample(3, 12))
    assert not torch.equal(artist.sample(3, 12), artist.sample(4, 12))
    judge = open_recogniser(LAB / "digits.safetensors")
    named = [judge(x)[0].name for x in artist.sample(5, 40, "7")]
    assert named.count("7") >= 34


def test_truncation_takes_variety(artist: Artist) -> None:
    free, calm = (artist.sample(1, 30, "3", truncation).flatten(1).std(0).mean() for truncation in (1.0, 0.3))
    assert calm < 0.6 * free
    assert torch.equal(artist.sample(1, 1, "3", 0.0), artist.sample(2, 1, "3", 0.0))


def test_the_way_between_two_begins_and_ends_at_them(artist: Artist) -> None:
    way = artist.between((1, 2), 7, ("3", "5"))
    assert torch.allclose(way[0], artist.sample(1, 1, "3")[0], atol=1e-4)
    assert torch.allclose(way[-1], artist.sample(2, 1, "5")[0], atol=1e-4)
    assert float((way[1:] - way[:-1]).abs().mean((1, 2, 3)).max()) < 0.5 * float((way[0] - way[-1]).abs().mean())


def test_what_cannot_be_drawn_is_said(artist: Artist) -> None:
    with pytest.raises(BadOptions, match="not 'dog'"):
        artist.sample(1, 1, "dog")
    with pytest.raises(BadOptions, match="at least 1 picture"):
        artist.sample(1, 0)
    with pytest.raises(BadOptions, match="at least 2"):
        artist.between((1, 2), 1)
    if not artist.codes:
        with pytest.raises(BadOptions, match="codes no picture"):
            artist.again(torch.rand(3, 8, 8))


def test_another_file_is_refused() -> None:
    for name in ("digits", "../x2-fast"):
        with pytest.raises(WeightsRefused):
            open_artist(LAB / f"{name}.safetensors")


def test_a_grid_has_rows_and_white_where_nothing_is_left() -> None:
    found = grid(torch.zeros(5, 3, 8, 8), 3, enlarged=2)
    assert found.shape == (3, 2 * 20, 3 * 20)
    assert found[:, 25:35, 45:55].min() == 1
    assert found[:, 5:15, 5:15].max() == 0
