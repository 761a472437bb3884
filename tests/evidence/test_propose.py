"""The proposed chain beats the default model on damaged pictures and costs nothing on clean ones.

`python -m tests.evidence.test_propose` runs the whole grid over LIVE1 and McMaster and writes a table.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from enhancer.engine import Engine
from enhancer.evidence.diagnosis import Diagnosis, Finding, diagnose
from enhancer.evidence.propose import Proposal, propose
from enhancer.media import decode
from enhancer.media.picture import Picture
from enhancer.metrics import psnr
from enhancer.models.catalog import BUNDLED_ENTRIES, entry
from enhancer.models.entry import Entry
from enhancer.models.store import Store
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.chain import Step, run_chain
from tests.conftest import ROOT
from tests.evidence.damages import (
    Damage,
    blurred,
    both,
    curved,
    darkened,
    enlarged,
    jpeg,
    noisy,
    read,
    rounded,
    shrunk,
    truths,
)

FACTOR = 2
DEFAULT = (Step("upscale", {"scale": FACTOR}),)
PLAIN = (Step("upscale", {"scale": FACTOR, "strength": 0.0}),)
GAIN, LOSS = 0.85, 0.1  # share of cases that must be better, decibels that a clean picture may lose
CLEAN: Damage = rounded
GRID: dict[str, Damage] = {
    **{f"noise {level}": noisy(level) for level in (5, 10, 25, 50)},
    **{f"JPEG {quality}": jpeg(quality) for quality in (10, 30, 50, 80)},
    **{f"blur {radius}": blurred(radius) for radius in (1.0, 1.5, 2.0)},
    "enlarged 2": enlarged(2),
    "enlarged 3": enlarged(3),
    **{f"dark {stops} stops": darkened(stops) for stops in (2, 3)},
    "dark gamma 3": curved(3),
    "noise 10, JPEG 50": both(noisy(10), jpeg(50)),
    "dark 2 stops, noise 10": both(darkened(2), noisy(10)),
}
QUICK = ("noise 25", "JPEG 30", "blur 1.5", "dark 2 stops", "enlarged 3")


@dataclass(frozen=True)
class Score:
    """Decibels of PSNR over R, G and B against the truth: the proposed chain, the default model, a plain resize."""

    damage: str
    file: str
    steps: tuple[str, ...]
    chain: float
    default: float
    plain: float


@cache
def engine() -> Engine:
    settings = Settings()
    return Engine(Store(settings), settings)


def measure(files: Sequence[Path], damages: dict[str, Damage], factor: int = FACTOR) -> Iterator[Score]:
    """Shrink each truth by `factor`, damage it, let the proposal and the default model enlarge it, compare."""
    for file in files:
        truth = read(file)
        height, width = (side // factor * factor for side in truth.shape[1:])
        truth = truth[:, :height, :width]
        small = shrunk(truth, factor)
        for name, damage in damages.items():
            picture = Picture(damage(small))
            chain = propose(diagnose(picture), factor).chain
            results = [run_chain(picture, steps, engine(), Progress()) for steps in (chain, DEFAULT, PLAIN)]
            figures = [psnr(rounded(result.pixels), truth) for result in results]
            yield Score(name, file.name, tuple(step.task_id for step in chain), *figures)


def test_the_chain_beats_the_default_model_on_damaged_pictures(shared: Path) -> None:
    """Over all cases together, as the acceptance counts them; single damages are in the whole grid."""
    scores = list(measure(truths(shared, every=12), {name: GRID[name] for name in QUICK}))
    better = [s for s in scores if s.chain > s.default]
    assert len(better) >= GAIN * len(scores), [s for s in scores if s not in better]


def test_the_chain_costs_nothing_on_clean_pictures(shared: Path) -> None:
    for score in measure(truths(shared, every=8), {"clean": CLEAN}):
        assert score.chain >= max(score.default, score.plain) - LOSS, score


def test_nothing_is_proposed_for_clean_pictures_that_keep_their_size(shared: Path) -> None:
    """Stream and building are full of fine texture, which must not pass for noise."""
    named = [f for f in truths(shared) if f.stem in ("stream", "building2", "bikes", "8", "womanhat")]
    assert [propose(diagnose(Picture(read(f)))).chain for f in named] == [()] * 5


def healthy(**changed: Finding) -> Diagnosis:
    """A diagnosis of 400x300 pixels in which only `changed` is found."""
    figures = {
        "noise": 0.5,
        "grain": 0.5,
        "jpeg": None,
        "hidden_noise": 1.0,
        "softness": 0.2,
        "resolution": 400.0,
        "brightness": 45.0,
    }
    figures |= {"highlights": 95.0, "clipping": 0.0, "cast": 0.1, "drawing": 30.0}
    plain = {i: Finding(i, i, value, "", "measured", "none", "fine") for i, value in figures.items()}
    return Diagnosis(400, 300, tuple((plain | changed).values()))


def found(finding_id: str, value: float, verdict: str = "found", severity: str = "strong") -> Finding:
    return Finding(finding_id, finding_id, value, "", "measured", severity, verdict)


NO_NETWORKS = tuple(e for e in BUNDLED_ENTRIES if e.purpose == "upscale" and not e.blind)


def told(purpose: str, **hyperparameters: int) -> Entry:
    return replace(entry("x2-fast"), id=purpose, purpose=purpose, scale=1, hyperparameters=hyperparameters)


def ids(proposal: Proposal) -> list[str]:
    return [step.task_id for step in proposal.chain]


def test_a_healthy_picture_is_only_enlarged_and_only_on_wish() -> None:
    assert ids(propose(healthy(), catalog=NO_NETWORKS)) == []
    assert propose(healthy(), 2, NO_NETWORKS).chain == (Step("upscale", {"scale": 2, "model": "x2-fast"}),)
    assert propose(healthy(), 4, NO_NETWORKS).chain == (Step("upscale", {"scale": 4, "model": "x4-fast"}),)


def test_restoring_comes_before_tone_and_enlarging() -> None:
    ill = healthy(
        noise=found("noise", 20), jpeg=found("jpeg", 30), brightness=found("brightness", 9, "too dark"),
        highlights=found("highlights", 40),
    )  # fmt: skip
    proposal = propose(ill, 2, NO_NETWORKS)
    assert ids(proposal) == ["wavelet", "bilateral", "contrast", "upscale"]
    assert proposal.chain[0].options == {"noise": 20}
    assert proposal.chain[2].options == {"factor": 2.25, "pivot": 0.0}
    assert [s.finding for s in proposal.steps] == ["noise", "jpeg", "brightness", ""]


def test_every_step_has_a_reason_and_options_that_its_task_takes() -> None:
    ill = healthy(noise=found("noise", 99), softness=found("softness", 5), jpeg=found("jpeg", 1))
    small = healthy(resolution=found("resolution", 133))
    dark = healthy(brightness=found("brightness", 0.0, "much too dark"), highlights=found("highlights", 1))
    for diagnosis in (ill, small, dark, healthy(softness=found("softness", 1.2))):
        for proposed in propose(diagnosis, 1.5, NO_NETWORKS).steps:
            parse(task(proposed.step.task_id).options, proposed.step.options)
            assert proposed.reason.endswith(".")


def test_networks_go_before_classical_tasks_and_are_told_what_was_found() -> None:
    ill = healthy(noise=found("noise", 20))
    assert propose(ill, catalog=(told("denoise", planes=1),)).chain == (Step("denoise", {"noise": 20}),)
    assert propose(ill, catalog=(told("denoise"),)).chain == (Step("denoise"),)
    assert propose(ill, catalog=(told("mend"),)).chain == (Step("mend"),)
    burnt = healthy(jpeg=found("jpeg", 30))
    assert propose(burnt, catalog=(told("deblock", planes=1),)).chain == (Step("deblock", {"quality": 30}),)
    dark = healthy(brightness=found("brightness", 9, "too dark"))
    assert propose(dark, catalog=(told("lowlight"),)).chain == (Step("lowlight"),)
    dim = healthy(brightness=dark["brightness"], highlights=found("highlights", 40))
    assert ids(propose(dim, catalog=(told("lowlight"),))) == ["contrast"]  # a gain gives just that back


def test_one_network_mends_noise_and_compression_together() -> None:
    ill = healthy(noise=found("noise", 20), jpeg=found("jpeg", 30))
    assert ids(propose(ill, catalog=(told("mend"), told("denoise"), told("deblock")))) == ["mend"]


def test_noise_under_compression_is_mended_together_with_it() -> None:
    blind = replace(entry("x2-fast"), id="photo", blind=True)
    ill = healthy(jpeg=found("jpeg", 50.0), hidden_noise=found("hidden_noise", 97.0))
    at_its_size = propose(ill, 1, (told("mend"), told("denoise"), told("deblock")))
    assert [(s.step.task_id, s.finding) for s in at_its_size.steps] == [("mend", "hidden_noise")]
    assert "quality 50 has smeared" in at_its_size.steps[0].reason
    assert ids(propose(ill, 1, (told("denoise"), told("deblock")))) == ["deblock"]
    twice = propose(ill, 2, (*NO_NETWORKS, blind))
    assert twice.chain == (Step("upscale", {"scale": 2, "model": "photo"}),)
    assert twice.steps[0].finding == "hidden_noise"
    assert "quality 50 has smeared" in twice.steps[0].reason


def test_an_enlarged_picture_is_shrunk_to_its_detail_and_drawn_anew() -> None:
    chain = propose(healthy(resolution=found("resolution", 100)), 1, NO_NETWORKS).chain
    assert [dict(step.options) for step in chain] == [
        {"long_side": 100, "strength": 0.0},
        {"width": 400, "height": 300, "model": "x4-fast"},
    ]


def test_blotchy_noise_goes_to_a_network_that_finds_its_strength() -> None:
    ill = healthy(grain=found("grain", 8), jpeg=found("jpeg", 50.0), softness=found("softness", 1.5))
    for shelf, tasks in (
        ((told("mend"), told("denoise"), told("deblock")), ["mend"]),
        ((told("denoise", planes=1), told("deblock")), ["deblock", "denoise"]),
        ((told("deblock"),), ["deblock"]),
    ):
        proposal = propose(ill, 1, shelf)
        assert [step.task_id for step in proposal.chain] == tasks
        assert "noise" not in proposal.chain[-1].options
        assert any("blotchy" in words for words in proposal.unmet) == (tasks == ["deblock"])


def test_what_a_camera_has_worked_on_goes_to_the_network_for_photographs() -> None:
    blind = replace(entry("x2-fast"), id="photo", blind=True)
    crisp, shelf = replace(blind, id="crisp", twin="photo"), (*NO_NETWORKS, blind)
    soft = found("softness", 0.9)
    taken = healthy(jpeg=found("jpeg", 95, severity="none"), softness=soft)
    blotchy = healthy(grain=found("grain", 8), jpeg=found("jpeg", 50.0))
    for ill in (taken, blotchy):
        assert propose(ill, 2, shelf).chain == (Step("upscale", {"scale": 2, "model": "photo"}),)
        assert propose(ill, 2, (*shelf, crisp)).chain == (Step("upscale", {"scale": 2, "model": "crisp"}),)
        assert ids(propose(ill, 1, shelf)) == (["unsharp"] if ill is taken else ["bilateral"])
    assert [propose(ill, 2, shelf).steps[0].finding for ill in (taken, blotchy)] == ["softness", "grain"]
    assert ids(propose(taken, 2, NO_NETWORKS)) == ["unsharp", "upscale"]
    assert ids(propose(healthy(softness=soft), 2, shelf)) == ["unsharp", "upscale"]
    assert ids(propose(healthy(jpeg=found("jpeg", 50)), 2, shelf)) == ["bilateral", "upscale"]
    dark = healthy(
        jpeg=taken["jpeg"], brightness=found("brightness", 9, "too dark"), highlights=found("highlights", 40)
    )
    assert ids(propose(dark, 2, shelf)) == ["contrast", "upscale"]


def test_real_photographs_are_enlarged_by_the_network_for_them(shared: Path) -> None:
    for file in sorted((shared / "data" / "bench" / "real9").glob("*.png")):
        last = propose(diagnose(decode(file)), FACTOR).chain[-1]
        assert entry(str(last.options["model"])).blind, file.name


def test_noise_is_not_sharpened() -> None:
    ill = healthy(noise=found("noise", 20), softness=found("softness", 2))
    assert ids(propose(ill, catalog=NO_NETWORKS)) == ["wavelet"]


def test_what_cannot_be_mended_is_said() -> None:
    assert "lost" in propose(healthy(clipping=found("clipping", 20))).unmet[0]


def test_a_factor_that_no_task_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="between 1 and 4, not 5"):
        propose(healthy(), 5)


def report() -> None:
    """The whole grid: share of cases won, mean gain and worst case for each damage; then clean pictures."""
    log = logging.getLogger(__name__)
    damages = {**GRID, "clean": CLEAN}
    scores: dict[str, list[Score]] = {name: [] for name in damages}
    for score in measure(truths(ROOT.parent / "shared"), damages):
        scores[score.damage].append(score)
    for name, own in scores.items():
        gains = sorted(s.chain - s.default for s in own)
        won, chains = sum(g > 0 for g in gains), sorted({" > ".join(s.steps) for s in own})
        log.info("%-24s won %d of %d, mean %+.2f dB, worst %+.2f | %s", name, won, len(own), sum(gains) / len(own),
                 gains[0], "; ".join(chains))  # fmt: skip
    cases = [s for name in GRID for s in scores[name]]
    log.info("all damages: won %.1f %%", 100 * sum(s.chain > s.default for s in cases) / len(cases))
    log.info("clean against a plain resize: worst %+.2f dB", min(s.chain - s.plain for s in scores["clean"]))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    report()
