"""The protocols give the published rows of their inputs, and the bundled weights the figures in their entries."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from enhancer.errors import BadOptions
from enhancer.models.catalog import BUNDLED_ENTRIES, Entry
from enhancer.training.degradations.blind import BlindParams
from enhancer.training.evaluate import PROTOCOLS, Row, bench_engine, evaluate, protocols_of, run_protocol, stated
from enhancer.training.evaluate.photo import RANGES, SEED, drawn, past, rebuilt
from enhancer.training.evaluate.protocols import BY_PURPOSE
from enhancer.training.words import WORDS

PUBLISHED = {  # of the input rows; notes on the protocols in enhancer/training/evaluate/sources.py
    "sr": {(2, "Set5"): 33.66, (2, "Set14"): 30.24, (4, "Set5"): 28.42, (4, "Set14"): 26.00},
    "noise": {(25, "McMaster"): 20.17},
    "jpeg": {(10, "Classic5"): 27.82, (10, "LIVE1"): 27.77, (40, "Classic5"): 32.43, (40, "LIVE1"): 32.35},
}
STRUCTURE = {(10, "Classic5"): (0.760, 25.21), (10, "LIVE1"): (0.773, 25.33)}  # SSIM and PSNR-B of the JPEG rows
Rows = dict[str, list[Row]]


@pytest.fixture(scope="module")
def bench(shared: Path) -> Path:
    return shared / "data" / "bench"


@pytest.fixture(scope="module")
def rows(bench: Path) -> Rows:
    """All rows of every protocol that is stated somewhere, the bundled models each by those of its own."""
    engine, members = bench_engine(), defaultdict(list)
    for entry in BUNDLED_ENTRIES:
        for name in protocols_of(entry.id, entry.scale):
            members[name].append((entry.id, engine.model(entry.id)))
    return {
        name: run_protocol(
            PROTOCOLS[name],
            members[name],
            engine,
            bench,
            levels=sorted({level for level, _ in PUBLISHED.get(name, {})} | own),
        )
        for name in {*members, *PUBLISHED}
        for own in [{m.scale for _, m in members[name]} if PROTOCOLS[name].scaled else set(PROTOCOLS[name].stated)]
    }


@pytest.mark.parametrize(("name", "key"), [(n, k) for n, keys in PUBLISHED.items() for k in keys], ids=str)
def test_the_input_rows_are_the_published_ones(rows: Rows, name: str, key: tuple[int, str]) -> None:
    row = next(r for r in rows[name] if r.method == PROTOCOLS[name].baseline and (r.level, r.set) == key)
    assert row.figures[0] == pytest.approx(PUBLISHED[name][key], abs=0.03 if name == "sr" else 0.012)
    if name == "jpeg" and key in STRUCTURE:
        assert row.figures[1] == pytest.approx(STRUCTURE[key][0], abs=0.001)
        assert row.figures[2] == pytest.approx(STRUCTURE[key][1], abs=0.012)


def test_a_published_deblocker_gives_its_published_figures(bench: Path) -> None:
    """DnCNN-3 on Classic5 at quality 10: 29.40 dB / .803 / 29.13 dB (its authors' table)."""
    weights = bench.parents[1] / "weights-public" / "DnCNN3_gray.pth"
    found = evaluate([str(weights)], ["Classic5"], bench, [10], ["jpeg"])[-1].split()
    assert found[:4] == ["q10", weights.name, "Classic5", "5"]
    decibels, structure, blocks = map(float, found[4:])
    assert (decibels, blocks) == pytest.approx((29.40, 29.13), abs=0.03)
    assert structure == pytest.approx(0.803, abs=0.001)


@pytest.mark.parametrize("model", BUNDLED_ENTRIES, ids=lambda e: e.id)
def test_bundled_weights_give_the_figures_of_their_entry(rows: Rows, model: Entry) -> None:
    names = protocols_of(model.id, model.scale)
    measured = [figure for name in names for figure in stated(PROTOCOLS[name], rows[name], model.id)]
    assert [figure.label for figure in measured] == [label for label, _ in model.figures]
    for figure, (_, written) in zip(measured, model.figures, strict=True):
        now, then = (float(text.split()[0]) for text in (figure.text, written))
        assert now == pytest.approx(then, abs=figure.tolerance), figure.label


@pytest.mark.parametrize("model", BUNDLED_ENTRIES, ids=lambda e: e.id)
def test_an_entry_carries_the_words_written_for_it(model: Entry) -> None:
    words = WORDS[model.id]
    assert (model.title, model.description, model.purpose) == (words.title, words.description, words.purpose)


def test_words_are_complete() -> None:
    for words in WORDS.values():
        assert 80 <= len(words.description) <= 300
        assert words.purpose in BY_PURPOSE
        assert all(text.endswith(".") for text in (words.summary, words.description, *words.failures))
    assert {p for names in BY_PURPOSE.values() for p in names} <= set(PROTOCOLS)


def folder_of(tmp_path: Path, colour: bool = True, count: int = 2) -> Path:
    """A benchmark folder of small random pictures."""
    (tmp_path / "Small" / "HR").mkdir(parents=True)
    draw = np.random.RandomState(3)
    for n in range(count):
        levels = draw.randint(0, 256, (5, 6, 3) if colour else (5, 6)).astype(np.uint8)
        Image.fromarray(levels).resize((48, 40), Image.Resampling.BICUBIC).save(tmp_path / "Small" / "HR" / f"{n}.png")
    return tmp_path


def test_noise_is_neither_clipped_nor_rounded(tmp_path: Path) -> None:
    """The published scripts: seed 0 for each picture, samples in the order rows, columns, red-green-blue."""
    cases = list(PROTOCOLS["noise"].cases(folder_of(tmp_path) / "Small", 25))
    grain = [(case.given - case.truth) * 255 for case in cases]
    torch.testing.assert_close(grain[0], grain[1], atol=1e-3, rtol=0)
    first = np.random.RandomState(0).normal(0, 25, 3)
    np.testing.assert_allclose(grain[0][:, 0, 0], first, atol=1e-3)
    assert float(cases[0].given.min()) < 0 or float(cases[0].given.max()) > 1


def test_a_model_meets_the_values_beyond_black_and_white(tmp_path: Path) -> None:
    """Model and engine hand on what they are given; only what comes out is clamped."""
    seen: list[Tensor] = []

    class Watch(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.append(x)
            return x

    from enhancer.models.contract import Model

    case = next(iter(PROTOCOLS["noise"].cases(folder_of(tmp_path) / "Small", 50)))
    model = Model("watch", Watch(), scale=1, halo=0)
    row = run_protocol(PROTOCOLS["noise"], [("watch", model)], bench_engine(), tmp_path, ["Small"], [50], 1)[1]
    torch.testing.assert_close(seen[-1][0].float(), case.given)
    clipped = torch.floor(case.given.clamp(0, 1) * 255 + 0.5) / 255
    mse = float((clipped.double() - case.truth.double()).square().mean())
    assert row.figures[0] == pytest.approx(-10 * np.log10(mse), abs=1e-3)


def test_the_mean_of_eight_turns_is_a_row_of_its_own(tmp_path: Path) -> None:
    """What errs to one side, and to no other when the picture is turned, errs less in the mean."""

    class Slanted(torch.nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x + torch.linspace(-0.4, 0.4, x.shape[-1])

    from enhancer.models.contract import Model

    given = PROTOCOLS["noise"], [("slanted", Model("slanted", Slanted(), scale=1, halo=0))], bench_engine()
    plain, once, mean = run_protocol(*given, folder_of(tmp_path), ["Small"], [15], best=True)
    assert [row.method for row in (plain, once, mean)] == ["noisy", "slanted", "slanted, eight turns"]
    assert once.figures[0] + 5 < mean.figures[0] < plain.figures[0]
    assert [row.method for row in run_protocol(*given, tmp_path, ["Small"], [15])] == ["noisy", "slanted"]


def test_grey_jpeg_takes_a_grey_file_as_it_is_and_matlab_s_luminance_of_colours(tmp_path: Path) -> None:
    grey = next(iter(PROTOCOLS["jpeg"].cases(folder_of(tmp_path / "a", colour=False) / "Small", 40)))
    assert grey.grey
    with Image.open(tmp_path / "a" / "Small" / "HR" / "0.png") as image:
        assert torch.equal((grey.truth[0] * 255).round().byte(), torch.from_numpy(np.array(image)))
    colour = next(iter(PROTOCOLS["jpeg"].cases(folder_of(tmp_path / "b") / "Small", 40)))
    assert torch.equal(colour.truth[0], colour.truth[2])
    assert 16 / 255 <= float(colour.truth.min()) < float(colour.truth.max()) <= 235 / 255


def test_dark_pictures_are_the_same_every_time_and_differ_from_one_another(tmp_path: Path) -> None:
    folder = folder_of(tmp_path) / "Small"
    once, again = (list(PROTOCOLS["tone"].cases(folder, 0)) for _ in range(2))
    assert all(torch.equal(a.given, b.given) for a, b in zip(once, again, strict=True))
    assert all(float(c.given.mean()) < float(c.truth.mean()) for c in once)
    other = next(iter(PROTOCOLS["tone"].cases(folder, 1)))
    assert not torch.equal(once[0].given, other.given)
    assert torch.equal((once[0].given * 255).round() / 255, once[0].given)


def test_every_picture_of_the_list_is_worn_the_same_way_at_every_scale(bench: Path, tmp_path: Path) -> None:
    files = sorted((bench / "LIVE1" / "HR").iterdir())
    assert [file.name for file in files] == list(past())
    for scale in PROTOCOLS["photo"].levels:
        once, again = (next(iter(PROTOCOLS["photo"].cases(bench / "LIVE1", scale))) for _ in range(2))
        assert torch.equal(once.given, again.given)
        assert tuple(side * scale for side in once.given.shape[1:]) == tuple(once.truth.shape[1:])
        assert not torch.equal(once.given, once.truth)
    with pytest.raises(FileNotFoundError, match=r"photo\.json does not say what befalls .*0\.png"):
        next(iter(PROTOCOLS["photo"].cases(folder_of(tmp_path) / "Small", 4)))


def test_a_list_reads_back_as_it_was_drawn_and_unknown_keys_are_refused() -> None:
    drawn_now = json.loads(drawn(["a.png", "b.png"]))
    again = {name: rebuilt(BlindParams, values) for name, values in drawn_now.items()}
    whole = RANGES.draw(2, torch.Generator().manual_seed(SEED))
    for n, params in enumerate(again.values()):
        assert params.label(0) == whole.label(n)
        torch.testing.assert_close(params.first.noise.sigma, whole.first.noise.sigma[n : n + 1], rtol=1e-5, atol=0)
    with pytest.raises(ValueError, match=r"photo\.json does not fit BlindParams: colour"):
        rebuilt(BlindParams, {**drawn_now["a.png"], "colour": 1})


def test_a_timed_table_has_a_column_of_seconds(bench: Path) -> None:
    lines = evaluate(["x4-fast"], None, bench, None, ["photo"], 1)
    assert lines[0].split()[-2:] == ["dB", "s/MP"]
    assert [line.split()[1] for line in lines[1:]] == ["bicubic", "x4-fast"]
    assert all(len(line.split()) == 9 for line in lines[1:])


def test_the_table_says_what_it_measured(bench: Path) -> None:
    lines = evaluate(["x2-fast"], ["Set5"], bench, pictures=1)
    assert lines[0].split() == ["scale", "method", "set", "pictures", "Y-PSNR", "dB", "Y-SSIM"]
    assert [line.split()[:4] for line in lines[1:]] == [["x2", m, "Set5", "1"] for m in ("bicubic", "x2-fast")]


def test_a_folder_without_pictures_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no picture"):
        evaluate([], ["Set5"], tmp_path, [2])


def test_a_model_of_another_scale_is_named(bench: Path) -> None:
    with pytest.raises(ValueError, match="x4-fast enlarges by none of the scales 2"):
        evaluate(["x4-fast"], ["Set5"], bench, [2])
    with pytest.raises(ValueError, match="x4-fast enlarges by none of the scales 1 of protocol noise"):
        evaluate(["x4-fast"], None, bench, None, ["noise"])


def test_what_cannot_be_measured_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadOptions, match="no protocol 'magic'; known: sr, noise, jpeg"):
        evaluate(["x2-fast"], None, tmp_path, None, ["magic"])
    with pytest.raises(BadOptions, match="What nafnet-deblur-32 is made for is not known; choose --protocol sr"):
        protocols_of("nafnet-deblur-32", 1)
    with pytest.raises(BadOptions, match=r"What mine\.pth is made for"):
        protocols_of("mine.pth", 1)
    with pytest.raises(ValueError, match="no level 7; it has 10, 20, 30, 40"):
        run_protocol(PROTOCOLS["jpeg"], [], bench_engine(), tmp_path, levels=[7])
    with pytest.raises(ValueError, match="at least 1 picture"):
        run_protocol(PROTOCOLS["jpeg"], [], bench_engine(), tmp_path, pictures=0)
    assert protocols_of("mine.pth", 4) == ("sr",)
    assert protocols_of("scunet-real", 1) == ("photo",)
