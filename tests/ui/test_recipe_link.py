"""A link sets the form as it was, and a bad one is refused in words."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from enhancer.engine import Engine
from enhancer.errors import BadRecipe
from enhancer.evidence.recipe import Recipe
from enhancer.evidence.recipe_text import to_link
from enhancer.ui.choice import Choice
from enhancer.ui.controls import Controls
from enhancer.ui.parts import Toolbar
from enhancer.ui.recipe_link import RecipeLink, filled, offered_steps
from enhancer.ui.trust_words import link_words
from tests.ui.finished import on_a_page, run


@pytest.fixture(scope="module")
def form() -> Controls:
    return on_a_page(Controls)


def after(form: Controls, update: dict[Any, Any]) -> Choice:
    """What the form means after an update."""
    told = {c: u["value"] for c, u in update.items() if isinstance(u, dict) and "value" in u}
    (choice,) = form.read([told.get(c, c.value) for c in form.inputs]).choices
    return choice


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("upscale", {"model": "x4-fast", "scale": 3.5, "strength": 0.5}),
        ("upscale", {"model": "x2-fast", "long_side": 100, "best": True}),
        ("upscale", {"model": "x2-fast", "width": 100, "height": 90, "consistent": True}),
        ("upscale", {"megapixels": 0.02}),
        ("median", {"radius": 3}),
        ("gamma", {}),
    ],
)
def test_a_link_sets_the_form_as_it_was(
    cat: Path, hall: Engine, form: Controls, task: str, options: dict[str, Any]
) -> None:
    recipe = run(cat, hall, task, **options).recipe
    choice = after(form, filled(form, *offered_steps(recipe)))
    assert choice.task.id == task
    given = {name: value for name, value in recipe.steps[0].options.items() if value is not None}
    assert choice.options == given


def opened(form: Controls, text: str | None) -> Any:
    link = RecipeLink(form, on_a_page(lambda: Toolbar("test", "Go", "Begin")))
    found = link.open(SimpleNamespace(query_params={} if text is None else {"recipe": text}))  # type: ignore[arg-type]
    if link.status not in found:
        return found
    return found[link.status], set(found) - {link.status}


def test_opening_the_page_with_a_link(cat: Path, hall: Engine, form: Controls) -> None:
    done = run(cat, hall)
    assert opened(form, None) == gr.skip()
    told, changed = opened(form, to_link(done.recipe))
    assert "The form is set as the link says" in told
    assert "will differ" not in told
    assert form.task in changed
    assert to_link(done.recipe) in link_words(done)


@pytest.mark.parametrize("text", ["?", "A" * 10_000, "e30"])
def test_a_bad_link_is_refused_in_words_and_sets_nothing(form: Controls, text: str) -> None:
    told, changed = opened(form, text)
    assert 'class="said bad"' in told
    assert changed == set()


def test_links_that_the_form_cannot_hold_are_refused(cat: Path, hall: Engine, form: Controls) -> None:
    recipe: Recipe = run(cat, hall).recipe
    (step,) = recipe.steps
    with pytest.raises(BadRecipe, match="9 steps, and the form takes 8"):
        offered_steps(replace(recipe, steps=(step,) * 9))
    with pytest.raises(BadRecipe, match="model mine"):
        offered_steps(replace(recipe, steps=(replace(step, options={**step.options, "model": "mine.safetensors"}),)))
    others = replace(step, models=(replace(step.models[0], sha256="0" * 64),))
    told, _ = opened(form, to_link(replace(recipe, steps=(others,))))
    assert "will differ" in told
