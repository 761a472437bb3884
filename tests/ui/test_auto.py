"""Auto without a browser: a picture becomes a plan, the plan a form; a result of several steps answers for itself."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from skimage import data as pictures

from enhancer.engine import Engine
from enhancer.errors import BadOptions, Cancelled
from enhancer.evidence.diagnosis import MEASUREMENTS
from enhancer.evidence.propose import propose
from enhancer.evidence.recipe_text import to_link
from enhancer.evidence.self_test import PLAIN, STEPS, Damage
from enhancer.media import decode
from enhancer.models.catalog import CATALOG
from enhancer.models.entry import Bundled
from enhancer.options import parse
from enhancer.progress import Progress
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step, run_chain
from enhancer.trust import consistency, verify
from enhancer.ui.auto_desk import AutoDesk, on_steps
from enhancer.ui.auto_plan import MOST, PLANNED, Plan, plan_for, plan_of
from enhancer.ui.auto_words import NOTHING, findings, name, reason, told
from enhancer.ui.choice import Chain, Choice
from enhancer.ui.controls import Controls, offered
from enhancer.ui.crop import cut
from enhancer.ui.enhance_work import Finished, enhance_file, preview, write
from enhancer.ui.parts import Toolbar
from enhancer.ui.recipe_link import RecipeLink
from enhancer.ui.trust_trial import NOTHING_FOUND, left_out, trials, try_models
from enhancer.ui.trust_words import all_trial_words, fit_words, trial_hint
from enhancer.ui.trust_work import NOT_LAST, ONE_STEP, Proof, cure, guess, misfit, report_page
from tests.evidence.test_propose import found, healthy
from tests.ui.finished import on_a_page
from tests.ui.test_recipe_link import opened

CHAIN = (
    Step("wavelet", {"noise": 12.0}),
    Step("gamma", {"gamma": 1.3}),
    Step("upscale", {"scale": 2.0, "model": "x2-fast"}),
)
ILL = healthy(noise=found("noise", 20), jpeg=found("jpeg", 30), clipping=found("clipping", 5))


@pytest.fixture
def noisy(tmp_path: Path) -> Path:
    clean = pictures.chelsea()[100:196, 100:228]
    grain = np.random.default_rng(0).normal(0, 12, clean.shape)
    file = tmp_path / "cat.png"
    Image.fromarray((clean + grain).round().clip(0, 255).astype(np.uint8)).save(file)
    return file


def chained(file: Path, hall: Engine, steps: tuple[Step, ...] = CHAIN) -> Finished:
    place = file.parent / f"run-{len(list(file.parent.iterdir()))}"
    place.mkdir()
    choices = tuple(Choice(TASKS[step.task_id], dict(step.options)) for step in steps)
    return enhance_file(file, Chain(choices), hall, place, Progress())


def plan(factor: float = 2.0) -> Plan:
    return Plan(propose(ILL, factor), ILL, factor)


def test_a_picture_is_looked_over_with_progress_and_can_be_left(noisy: Path, hall: Engine) -> None:
    seen: list[tuple[int, int]] = []
    made = plan_for(noisy, hall.settings, Progress(lambda p: seen.append((p.done, p.total))))
    parts = len(MEASUREMENTS)
    assert seen == [(n, parts) for n in range(parts + 1)]
    assert made.factor == 2
    assert made.diagnosis is not None
    assert made.diagnosis["noise"].found
    assert made.proposal == propose(made.diagnosis, 2.0)
    with pytest.raises(Cancelled):
        plan_for(noisy, hall.settings, Progress(lambda p: p.cancel()))


def test_a_large_picture_keeps_its_size(tmp_path: Path, hall: Engine) -> None:
    Image.new("RGB", (2500, 1700), (120, 130, 110)).save(tmp_path / "big.png")
    assert plan_for(tmp_path / "big.png", hall.settings, Progress()).factor == 1


def test_untouched_steps_are_those_that_were_proposed() -> None:
    made = plan()
    figures = [None if figure is None else figure.value for figure in made.figures]
    chain = made.chain([True] * MOST, figures)
    for step, proposed in zip(chain.steps, made.proposal.chain, strict=True):
        assert step.task_id == proposed.task_id
        assert dict(proposed.options).items() <= dict(step.options).items()


def test_a_step_can_be_left_out_and_its_figure_changed() -> None:
    made = plan()
    ids = [step.task_id for step in made.proposal.chain]
    ticks = [True, False, *[True] * (MOST - 2)]
    chain = made.chain(ticks, [7.5, *[None] * (MOST - 1)])
    assert [step.task_id for step in chain.steps] == [ids[0], *ids[2:]]
    figure = made.figures[0]
    assert figure is not None
    assert chain.steps[0].options[figure.name] == 7.5
    assert made.chain([False] * MOST, [None] * MOST).steps == ()


def test_the_figure_of_every_step_has_bounds_that_the_task_takes() -> None:
    small = healthy(resolution=found("resolution", 133))
    dark = healthy(brightness=found("brightness", 9, "too dark"), softness=found("softness", 1.2))
    for diagnosis in (ILL, small, dark):
        made = Plan(propose(diagnosis, 2.0), diagnosis, 2.0)
        for step, figure in zip(made.proposal.chain, made.figures, strict=True):
            assert figure is not None
            assert figure.minimum <= figure.value <= figure.maximum
            for value in (figure.minimum, figure.maximum):
                parse(TASKS[step.task_id].options, {**step.options, figure.name: value})


@pytest.fixture(scope="module")
def form() -> Controls:
    return on_a_page(Controls)


def after(form: Controls, update: dict[Any, Any]) -> Chain:
    """What the form means after an update."""

    def value(component: Any) -> Any:
        told = update.get(component)
        if isinstance(told, Plan):
            return told
        given = told.constructor_args if isinstance(told, gr.components.Component) else told or {}
        return given.get("value", component.value)

    chain = form.read([value(component) for component in form.inputs])
    assert isinstance(chain, Chain)
    return chain


def test_the_form_stands_on_the_plan_and_shows_nothing_else(form: Controls) -> None:
    made = plan()
    update = on_steps(form, made, None)
    assert update[form.task].constructor_args["choices"] == [(made.title, PLANNED), *offered()]
    assert [step.task_id for step in after(form, update).steps] == [step.task_id for step in made.proposal.chain]
    assert update[form.auto.place].constructor_args["visible"]
    assert not update[form.model].constructor_args["visible"]
    assert not any(update[group].constructor_args["visible"] for group in form.groups.values())


def test_another_size_keeps_what_was_set_for_the_steps_before(form: Controls) -> None:
    old = plan(1.0)
    update = form.auto.filled(old.enlarging(3.0), old)
    last = len(old.proposal.steps)
    assert update[form.auto.plan].proposal == propose(ILL, 3.0)
    assert {n for n, slot in enumerate(form.auto.slots) if slot.tick in update} == {last}
    back = form.auto.filled(old, old.enlarging(3.0))
    assert back[form.auto.slots[last].why] == ""


def test_a_new_picture_forgets_the_plan_but_not_a_link(form: Controls, hall: Engine) -> None:
    desk = on_a_page(lambda: AutoDesk(hall.settings))
    desk.over(form)
    gone = desk.forget(plan(), PLANNED, None)
    assert gone[form.auto.plan] is None
    assert gone[form.task].constructor_args["value"] == offered()[0][1]
    assert (PLANNED, PLANNED) not in gone[form.task].constructor_args["choices"]
    elsewhere = desk.forget(plan(), "gamma", None)
    assert "value" not in elsewhere[form.task].constructor_args
    assert desk.forget(plan_of(CHAIN), PLANNED, None) == {desk.status: ""}


def test_the_card_names_what_matters_and_folds_the_rest() -> None:
    words = findings(plan())
    fine = words.index("class='fine'")
    assert words.index("<b>noise</b>") < words.index("<b>jpeg</b>") < fine
    assert "<b>brightness</b>" not in words
    assert words.index("brightness") > fine
    assert "lost" in words[words.index("class='unmet'") :]
    assert NOTHING not in words
    assert "20 brightness levels" in reason(plan(), 0)
    assert "2. " in name(plan(), 1)
    assert "steps proposed" in told(plan())


def test_a_picture_without_faults_is_called_so() -> None:
    for factor, says in ((1.0, "nothing to mend."), (2.0, "will be enlarged")):
        calm = Plan(propose(healthy(), factor), healthy(), factor)
        assert NOTHING in findings(calm)
        assert says in told(calm)


def test_the_preview_goes_through_all_steps(noisy: Path, hall: Engine, tmp_path: Path) -> None:
    picture = decode(noisy)
    size, crop = (picture.width, picture.height), cut(picture, (0.5, 0.5), (60, 40))
    wish = Chain(tuple(Choice(TASKS[step.task_id], dict(step.options)) for step in CHAIN))
    pair, used, _ = preview(crop, size, wish, hall, tmp_path, Progress())
    assert (used.width, used.height) == (60, 40)
    shown = decode(Path(pair[1]))
    assert (shown.width, shown.height) == (120, 80)
    expected = crop.inner(run_chain(crop.picture, CHAIN, hall, Progress()).pixels)
    assert float((shown.pixels - expected).abs().max()) < 0.6 / 255


def test_a_result_of_steps_says_how_it_was_made_and_verifies(noisy: Path, hall: Engine) -> None:
    done = chained(noisy, hall)
    assert done.what == "Wavelet denoise → Gamma → Upscale (Fast ×2)"
    assert done.stem == "cat-wavelet-gamma-x2"
    assert (done.model, done.models) == ("x2-fast", {"x2-fast"})
    assert abs(done.damage.noise - 12) < 2
    file = write(done, "png", noisy.parent, recipe=True).file
    assert verify(file, noisy).outcome == "bit-identical"
    assert file.name == "cat-wavelet-gamma-x2.png"
    base = done.base
    assert base is not None
    done.forget()
    assert not base.folder.exists()


def test_steps_are_compared_with_what_the_last_received(noisy: Path, hall: Engine) -> None:
    done = chained(noisy, hall)
    given = run_chain(decode(noisy), CHAIN[:2], hall, Progress())
    assert done.fit is not None
    assert done.fit.figure == consistency(done.kept.load(), given).figure
    assert "steps before the enlargement" in fit_words(done)
    assert misfit(done, hall.settings, noisy.parent, Progress()).verdict
    cured = cure(done, hall.settings, noisy.parent, Progress())
    assert cured.fit is not None
    assert cured.fit.figure > max(45, done.fit.figure)
    assert cured.base == done.base
    assert verify(write(cured, "png", noisy.parent, recipe=True).file, noisy).outcome == "bit-identical"


def test_steps_that_end_otherwise_cannot_be_shrunk_back(noisy: Path, hall: Engine) -> None:
    done = chained(noisy, hall, (*CHAIN[2:], *CHAIN[1:2]))
    assert NOT_LAST in fit_words(done)
    with pytest.raises(BadOptions, match="did not enlarge"):
        cure(done, hall.settings, noisy.parent, Progress())
    first = guess(done, hall, noisy.parent, Progress())
    assert ONE_STEP.format("Upscale") in first.explanation


def test_the_map_of_guesses_speaks_of_the_network_among_the_steps(noisy: Path, hall: Engine) -> None:
    view = guess(chained(noisy, hall), hall, noisy.parent, Progress())
    assert view.map.title == "Expected error"
    assert ONE_STEP.format("Upscale") in view.explanation
    assert decode(Path(view.pair[1])).width == 256


def test_steps_are_tested_on_the_damage_that_was_found(noisy: Path, hall: Engine) -> None:
    done = chained(noisy, hall)
    assert trials(done) == ((2, done.damage),)
    assert f"noise of {done.damage.noise:g} levels" in trial_hint(done)
    assert "Gamma" in left_out(done)
    tests = try_models(done, hall, Progress())
    bundled = [e.id for e in CATALOG if isinstance(e.source, Bundled) and e.purpose == "upscale"]
    assert [row.method for row in tests[0].rows] == [PLAIN, STEPS, *bundled]
    assert tests[0].rows[1].gain > next(row.gain for row in tests[0].rows if row.method == "x2-fast")
    assert "Your steps" in all_trial_words(done, tests)
    page = report_page(done, Proof(tested=tests), "png", True, noisy.parent, hall.settings).read_text()
    for text in ("Your steps", "Wavelet denoise", "was saved as" if done.damage.quality else "received noise"):
        assert text in page
    assert "Does it fit the source?" not in page
    assert "meant to change more" in page


def test_one_enlargement_is_tested_plainly_and_with_the_damage(noisy: Path, hall: Engine) -> None:
    done = chained(noisy, hall, CHAIN[2:])
    plain, damaged = try_models(done, hall, Progress())
    assert (plain.damage, damaged.damage) == (Damage(), done.damage)
    words = all_trial_words(done, (plain, damaged))
    assert words.index("<h5>Shrunk to 1/2 of its sides</h5>") < words.index("given noise of")
    assert "found in it" in trial_hint(done)


def test_steps_against_what_was_not_found_are_not_tested(noisy: Path, hall: Engine) -> None:
    done = chained(noisy, hall, CHAIN[:2])
    assert trial_hint(replace(done, damage=Damage())).count(NOTHING_FOUND) == 1
    assert [row.method for row in try_models(done, hall, Progress())[0].rows][1:] == [STEPS]


def test_a_link_of_several_steps_sets_the_form_to_them(noisy: Path, hall: Engine, form: Controls) -> None:
    done = chained(noisy, hall)
    words, changed = opened(form, to_link(done.recipe))
    assert "Wavelet denoise, then Gamma, then Upscale" in words
    assert {form.task, form.auto.plan} <= changed
    link = RecipeLink(form, on_a_page(lambda: Toolbar("test", "Go", "Begin")))
    assert changed <= set(link.outputs)
    request: Any = type("Request", (), {"query_params": {"recipe": to_link(done.recipe)}})
    chain = after(form, link.open(request))
    again = chained(noisy, hall, chain.steps)
    assert again.recipe == done.recipe
