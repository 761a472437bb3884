"""How far a result can be trusted, as the page finds it out: from a finished run to figures, maps, files and a link."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled
from enhancer.evidence.imitate import TRIALS
from enhancer.evidence.recipe_text import from_json
from enhancer.evidence.self_test import PLAIN, UNTREATED, Damage, Row, SelfTest
from enhancer.media import decode, embedded_recipe
from enhancer.progress import Progress
from enhancer.trust import bundled, consistency, verify
from enhancer.ui.enhance_work import Finished, write
from enhancer.ui.trust_panel import TrustPanel
from enhancer.ui.trust_trial import NO_NETWORK, trials, try_models
from enhancer.ui.trust_words import (
    MENDS,
    fit_words,
    guess_words,
    receipt_words,
    trial_hint,
    trial_words,
    view_words,
)
from enhancer.ui.trust_work import (
    ALREADY,
    BLENDED,
    FIRST_PASS,
    NOT_LARGER,
    Proof,
    checked,
    cure,
    guess,
    misfit,
    report_page,
)
from tests.ui.finished import on_a_page, run


@pytest.mark.parametrize("format_id", ["png", "jpeg", "webp", "tiff"])
def test_the_recipe_says_what_ran_and_lies_in_or_beside_the_file(cat: Path, hall: Engine, format_id: str) -> None:
    written = write(run(cat, hall, scale=2, strength=0.9), format_id, cat.parent, recipe=True)
    text = embedded_recipe(written.file.read_bytes())
    assert (text is None) == (written.recipe is not None) == (format_id in ("webp", "tiff"))
    recipe = from_json(text or written.recipe.read_text())  # type: ignore[union-attr]
    (step,) = recipe.steps
    assert (step.task, step.options["model"], step.options["strength"]) == ("upscale", "x2-fast", 0.9)
    assert verify(written.file, cat).outcome == "bit-identical"


def test_without_a_wish_the_file_holds_no_recipe(cat: Path, hall: Engine) -> None:
    written = write(run(cat, hall), "png", cat.parent)
    assert written.recipe is None
    assert embedded_recipe(written.file.read_bytes()) is None


def test_what_a_network_mends_counts_as_a_difference_and_it_is_said(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2, model="photo-x2-faithful")
    assert MENDS in fit_words(done)
    assert MENDS not in fit_words(cure(done, hall.settings, cat.parent, Progress()))
    assert MENDS not in fit_words(run(cat, hall, scale=2, strength=0.2))


def test_a_cured_result_fits_better_and_its_recipe_repeats_it(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2, strength=0.8)
    cured = cure(done, hall.settings, cat.parent, Progress())
    assert done.fit is not None
    assert cured.fit is not None
    assert cured.fit.figure > max(45, done.fit.figure)
    assert f"from {done.fit.figure:.1f} to {cured.fit.figure:.1f} dB" in cured.cured
    assert consistency(cured.kept.load(), decode(cat)).figure == cured.fit.figure
    assert verify(write(cured, "png", cat.parent, recipe=True).file, cat).outcome == "bit-identical"
    assert cured.cured in fit_words(cured)
    with pytest.raises(BadOptions, match=ALREADY):
        cure(cured, hall.settings, cat.parent, Progress())


def test_a_cure_that_nobody_waits_for_is_not_kept(cat: Path, hall: Engine) -> None:
    done = run(cat, hall)
    progress = Progress(lambda p: p.cancel() if p.done == 3 else None)
    with pytest.raises(Cancelled):
        cure(done, hall.settings, cat.parent, progress)
    assert done.kept.folder.exists()


def test_what_cannot_be_asked_is_said_and_refused(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, "median", radius=2)
    assert (done.fit, done.model) == (None, "")
    for words, reason in ((fit_words, NOT_LARGER), (trial_hint, NO_NETWORK), (guess_words, NO_NETWORK)):
        assert reason in words(done)
    settings, place = hall.settings, cat.parent
    for ask in (
        lambda: cure(done, settings, place, Progress()),
        lambda: misfit(done, settings, place, Progress()),
        lambda: guess(done, hall, place, Progress()),
        lambda: try_models(done, hall, Progress()),
    ):
        with pytest.raises(BadOptions):
            ask()


def test_a_picture_without_any_network_is_not_called_guessed(cat: Path, hall: Engine) -> None:
    assert run(cat, hall, strength=0.0).model == ""


def test_the_test_shrinks_as_much_as_the_run_enlarged(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    (tested,) = try_models(done, hall, Progress())
    assert [row.method for row in tested.rows][:2] == [PLAIN, "x2-fast"]
    assert {row.method for row in tested.rows[2:]} == set(bundled(2)) - {"x2-fast"}
    assert tested.factor == 2
    words = trial_words(tested)
    for text in ("Plain resize", "Fast ×2", tested.rows[1].verdict, "PSNR (dB)", "6 dB more means half the error"):
        assert text in words
    assert trials(replace(done, size=(256, 192))) == ((4, Damage()),)
    assert trials(replace(done, size=(70, 52))) == ((2, Damage()),)
    assert trials(replace(done, size=(640, 480))) == ((4, Damage()),)


@pytest.mark.parametrize("task", TRIALS)
def test_models_that_keep_the_size_are_tested_on_damage(cat: Path, hall: Engine, task: str) -> None:
    done = run(cat, hall, scale=2)
    step = replace(done.recipe.steps[0], task=task)
    kept = replace(done, recipe=replace(done.recipe, steps=(step,)))
    ((factor, damage),) = trials(kept)
    assert factor == 1
    assert damage != Damage()
    assert "doing nothing" in trial_hint(kept)
    noisy = replace(kept, damage=Damage(noise=33))
    assert trials(noisy) == ((1, Damage(noise=33)),)
    assert "noise of 33 levels" in trial_hint(noisy)
    assert "found in it" in trial_hint(noisy)
    assert "found in it" not in trial_hint(kept)


def verdicts(*rows: tuple[str, float, str]) -> SelfTest:
    made = [
        Row(method, {"psnr": 30 + gain, "ssim": 0.9, "haarpsi": 0.8}, 0.1, gain, verdict)
        for method, gain, verdict in rows
    ]
    return SelfTest(tuple(made), 2, Damage(), (0, 0, 8, 8), "About.")


def test_worse_than_a_plain_resize_is_said_aloud() -> None:
    worse = "Worse than a plain resize: 1.0 dB."
    words = trial_words(verdicts((PLAIN, 0.0, "To beat."), ("x2-fast", -1.0, worse)))
    assert words.startswith(f"<p class='said bad'>Fast ×2: {worse}</p>")
    assert words.count("class='best'") == 1
    assert words.index("class='best'") < words.index(f"<small class='bad'>{worse}")


def test_a_model_that_does_better_than_the_chosen_is_named() -> None:
    words = trial_words(verdicts((PLAIN, 0.0, ""), ("x2-fast", 1.0, "Better."), ("x4-fast", 1.5, "Better.")))
    assert "Fast ×4 comes 0.5 dB closer on this picture." in words
    equal = verdicts((PLAIN, 0.0, ""), ("x2-fast", 1.0, "Better."), ("x4-fast", 1.05, "Better."))
    assert "closer on this picture" not in trial_words(equal)


def test_an_untreated_picture_without_error_is_shown_as_such() -> None:
    table = verdicts((UNTREATED, 0.0, ""), ("x2-fast", -math.inf, "Worse."))
    perfect = replace(table.rows[0], figures={"psnr": math.inf, "ssim": 1.0, "haarpsi": 1.0})
    words = trial_words(replace(table, rows=(perfect, table.rows[1])))
    assert "∞" in words
    assert "Untreated" in words


def test_both_maps_lie_over_the_result(cat: Path, hall: Engine) -> None:
    done = run(cat, hall, scale=2)
    for view in (
        misfit(done, hall.settings, cat.parent, Progress()),
        guess(done, hall, cat.parent, Progress()),
    ):
        assert {decode(Path(side)).pixels.shape for side in view.pair} == {(3, *done.size[::-1])}
        words = view_words(view)
        assert view.verdict in words
        assert "grey level" in words
        assert view.map.ends is not None
        assert view.map.ends[1] in words
    assert view.map.title == "Expected error"


def test_a_map_says_what_it_leaves_out(cat: Path, hall: Engine) -> None:
    twice = guess(run(cat, hall, model="x2-fast", scale=3, strength=0.5), hall, cat.parent, Progress())
    assert FIRST_PASS in twice.explanation
    assert BLENDED.format(0.5) in twice.explanation
    auto = guess(run(cat, hall, model="auto", width=320, crispness=0.7), hall, cat.parent, Progress())
    assert FIRST_PASS in auto.explanation  # by a model without a twin, the second pass by one that has one
    once = guess(run(cat, hall, scale=2), hall, cat.parent, Progress())
    assert FIRST_PASS not in once.explanation


def test_the_receipt_is_read_from_the_written_file(cat: Path, hall: Engine) -> None:
    done = run(cat, hall)
    exact = checked(done, write(done, "png", cat.parent).file, hall.settings)
    lossy = checked(done, write(done, "jpeg", cat.parent).file, hall.settings)
    assert "Kept: print resolution" in receipt_words(exact)
    assert "every pixel" in exact.kept
    assert "every pixel" not in lossy.kept
    assert "The file is compressed" in receipt_words(lossy)


def test_the_report_holds_what_was_asked_for(cat: Path, hall: Engine) -> None:
    done = run(cat, hall)
    bare = report_page(done, Proof(), "jpeg", False, cat.parent, hall.settings).read_text()
    assert "Tested on this picture" not in bare
    assert "contains AI-reconstructed detail" in bare
    proof = Proof(try_models(done, hall, Progress()), guess(done, hall, cat.parent, Progress()).map)
    page = report_page(done, proof, "png", True, cat.parent, hall.settings)
    assert page.name == "cat-x2-report.html"
    whole = page.read_text()
    for text in ("Tested on this picture", "Fast ×4", "Expected error", "cat-x2.png", done.recipe.result.sha256):
        assert text in whole
    assert str(cat.parent) not in whole


def test_only_what_can_be_had_can_be_pressed(cat: Path, hall: Engine) -> None:
    panel = on_a_page(TrustPanel)

    def pressable(done: Finished | None) -> list[bool]:
        ready = panel.ready(done)
        return [ready[button].constructor_args["interactive"] for button in panel.buttons]

    done = run(cat, hall)
    assert pressable(None) == [False] * 6
    assert pressable(done) == [True] * 6
    assert pressable(cure(done, hall.settings, cat.parent, Progress())) == [True, False, True, True, True, True]
    assert pressable(run(cat, hall, "gamma")) == [False, False, False, False, True, True]


def test_every_part_that_is_changed_is_an_output(cat: Path, hall: Engine) -> None:
    panel = on_a_page(TrustPanel)
    done = run(cat, hall)
    assert {*panel.cleared(), *panel.about(done), *panel.ready(done)} <= set(panel.parts)
