"""A link that holds a recipe sets the form; what it says is checked as strictly as a recipe in a file."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from enhancer.errors import BadRecipe, EnhancerError
from enhancer.evidence.recipe import Recipe, Step
from enhancer.evidence.recipe_text import from_link
from enhancer.models.catalog import CATALOG
from enhancer.tasks import chain, task
from enhancer.ui.auto_desk import on_steps
from enhancer.ui.auto_plan import MOST, plan_of
from enhancer.ui.controls import SIZES, Controls, models_for, offered
from enhancer.ui.jobs import Update
from enhancer.ui.parts import Toolbar
from enhancer.ui.words import said

PARAMETER = "recipe"


class RecipeLink:
    """The handler that runs when the page is opened."""

    def __init__(self, controls: Controls, toolbar: Toolbar) -> None:
        self.controls, self.status = controls, toolbar.status
        form = [*controls.shown, *controls.places, *controls.auto.parts]
        self.outputs = [*dict.fromkeys(form), toolbar.status]

    def open(self, request: gr.Request) -> Any:
        """Set the form as the link says, if it says anything."""
        text = request.query_params.get(PARAMETER)
        if not text:
            return gr.skip()
        try:
            recipe = from_link(text)
            form = self._form(offered_steps(recipe))
        except EnhancerError as error:
            return {self.status: said(str(error), "bad")}
        return {**form, self.status: said(told(recipe), "good")}

    def _form(self, steps: Sequence[Step]) -> Update:
        if len(steps) == 1:
            return filled(self.controls, steps[0])
        return on_steps(self.controls, plan_of([chain.Step(step.task, step.options) for step in steps]), None)


def offered_steps(recipe: Recipe) -> Sequence[Step]:
    """The steps of a recipe, as far as the form can hold them.

    Raises BadRecipe for too many steps, and for a task or model that the page does not offer.
    """
    if len(recipe.steps) > MOST:
        raise BadRecipe(f"This link holds {len(recipe.steps)} steps, and the form takes {MOST}; so nothing was set.")
    for step in recipe.steps:
        if step.task not in [task_id for _, task_id in offered()]:
            raise BadRecipe(f"The recipe in this link is for {task(step.task).title}, which this page does not offer.")
        model = step.options.get("model")
        if model is not None and model not in [model_id for _, model_id in models_for(step.task)]:
            raise BadRecipe(f"The recipe in this link is for the model {model}, which this page does not offer.")
    return recipe.steps


def told(recipe: Recipe) -> str:
    """What was set, and whether the weights are those of the recipe."""
    pinned = {e.id: e.sha256 for e in CATALOG}
    others = [m.id for step in recipe.steps for m in step.models if pinned.get(m.id) != m.sha256]
    titles = ", then ".join(task(step.task).title for step in recipe.steps)
    words = f"The form is set as the link says: {titles}. Now choose the picture."
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
        given = [step.options.get(name) for name in controls.targets]
        update |= dict(zip(controls.targets.values(), controls.size_chosen(sizes[0], *given), strict=True))
    for component, value in values.items():
        update[component] = gr.update(**{**_plain(update.get(component)), "value": value})
    return update


def _plain(update: Any) -> dict[str, Any]:
    """The arguments of an update that was written as a component."""
    if update is None:
        return {}
    found: dict[str, Any] = update if isinstance(update, dict) else update.constructor_args
    return found
