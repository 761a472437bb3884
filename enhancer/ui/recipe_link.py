"""A link that holds a recipe sets the form; what it says is checked as strictly as a recipe in a file."""

from typing import Any

import gradio as gr

from enhancer.errors import BadRecipe, EnhancerError
from enhancer.evidence.recipe import Recipe, Step
from enhancer.evidence.recipe_text import from_link
from enhancer.models.catalog import CATALOG
from enhancer.tasks import task
from enhancer.ui.controls import SIZES, Controls, models_for, offered
from enhancer.ui.jobs import Update
from enhancer.ui.parts import Toolbar
from enhancer.ui.words import said

PARAMETER = "recipe"


class RecipeLink:
    """The handler that runs when the page is opened."""

    def __init__(self, controls: Controls, toolbar: Toolbar) -> None:
        self.controls, self.status = controls, toolbar.status
        self.outputs = [*dict.fromkeys([*controls.inputs, *controls.places]), toolbar.status]

    def open(self, request: gr.Request) -> Any:
        """Set the form as the link says, if it says anything."""
        text = request.query_params.get(PARAMETER)
        if not text:
            return gr.skip()
        try:
            recipe = from_link(text)
            form = filled(self.controls, only_step(recipe))
        except EnhancerError as error:
            return {self.status: said(str(error), "bad")}
        return {**form, self.status: said(told(recipe), "good")}


def only_step(recipe: Recipe) -> Step:
    """The step of a recipe that the form can hold.

    Raises BadRecipe for a recipe of several steps, and for a task or model that the page does not offer.
    """
    step, *others = recipe.steps
    if others:
        raise BadRecipe(f"This link holds {len(recipe.steps)} steps, and the form takes one; so nothing was set.")
    if step.task not in [task_id for _, task_id in offered()]:
        raise BadRecipe(f"The recipe in this link is for {task(step.task).title}, which this page does not offer.")
    model = step.options.get("model")
    if model is not None and model not in [model_id for _, model_id in models_for(step.task)]:
        raise BadRecipe(f"The recipe in this link is for the model {model}, which this page does not offer.")
    return step


def told(recipe: Recipe) -> str:
    """What was set, and whether the weights are those of the recipe."""
    (step,) = recipe.steps
    pinned = {e.id: e.sha256 for e in CATALOG}
    others = [m.id for m in step.models if pinned.get(m.id) != m.sha256]
    words = f"The form is set as the link says: {task(step.task).title}. Now choose the picture."
    return words if not others else f"{words} The weights of {others[0]} were others then, so the result will differ."


def filled(controls: Controls, step: Step) -> Update:
    """The form with every option of a step; options that the form does not know stay as they are."""
    update = controls.task_chosen(step.task, step.options.get("model"))
    values: dict[Any, Any] = {controls.task: step.task}
    named = controls.named
    for name, value in step.options.items():
        component = named.get(f"{step.task}.{name}") or named.get(name)
        if component is not None and value is not None:
            values[component] = value
    sizes = [size for size, names in SIZES.items() if any(step.options.get(name) is not None for name in names)]
    if sizes:
        values[controls.size_by] = sizes[0]
        update |= dict(zip(controls.targets.values(), controls.size_chosen(sizes[0]), strict=True))
    for component, value in values.items():
        update[component] = gr.update(**{**_plain(update.get(component)), "value": value})
    return update


def _plain(update: Any) -> dict[str, Any]:
    """The arguments of an update that was written as a component."""
    if update is None:
        return {}
    found: dict[str, Any] = update if isinstance(update, dict) else update.constructor_args
    return found
