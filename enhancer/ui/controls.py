"""What to do with a picture: task, model, size, strength, and the options of the classical tasks."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import gradio as gr
from gradio.components import Component

from enhancer.errors import BadOptions
from enhancer.models.catalog import CATALOG, Bundled, entry
from enhancer.models.entry import CRISPNESS
from enhancer.tasks import TASKS, Task, task
from enhancer.tasks.choose import AUTO, choose_model
from enhancer.ui.auto_panel import AutoPanel
from enhancer.ui.auto_plan import PLANNED
from enhancer.ui.choice import UPSCALE, Choice, Size, Wish
from enhancer.ui.jobs import Update
from enhancer.ui.numbers import SafeSlider
from enhancer.ui.options_form import control, form

SIZES = {
    "Factor": ("scale",),
    "Long side": ("long_side",),
    "Megapixels": ("megapixels",),
    "Exact": ("width", "height"),
}
START: dict[str, Any] = {"scale": 2.0, "long_side": 2048, "megapixels": 8.0, "width": 1920, "height": None}
LABELS = {"scale": "Enlarge by", "long_side": "Longer side", "megapixels": "Megapixels"}
BELOW = "The steps below, one after another."
SHARED = {"model", "strength", "crispness", "best", "consistent", *START}  # options with a control of their own


def learned() -> list[tuple[str, str]]:
    """(title, id) of the learned tasks that the catalogue has a model for."""
    able = {e.purpose for e in CATALOG}
    return [(t.title, t.id) for t in TASKS.values() if t.family == "learned" and t.id in able]


def offered() -> list[tuple[str, str]]:
    """(title, id) of every task: the learned ones, then the classical ones."""
    return learned() + [(f"Classical · {t.title}", t.id) for t in TASKS.values() if t.family == "classical"]


def models_for(purpose: str) -> list[tuple[str, str]]:
    """(title, id) of the models of a purpose; the automatic choice first where a bundled one makes it possible."""
    suited = [e for e in CATALOG if e.purpose == purpose]
    bundled = any(isinstance(e.source, Bundled) for e in suited)
    return [("Automatic", AUTO)] * bundled + [(e.title, e.id) for e in suited]


def serving(model_id: str, purpose: str) -> str:
    """The chosen model, or the first of this purpose: a new task arrives before the model list has followed it."""
    able = [suited for _, suited in models_for(purpose)]
    return model_id if model_id in able else able[0]


def own_options(t: Task) -> list[str]:
    """The options that this task shares with no other."""
    return [f.name for f in fields(t.options) if f.name not in SHARED or t.family == "classical"]


def has_twin(model_id: str, t: Task) -> bool:
    """Whether the chosen model of a learned task can be blended with a faithful twin."""
    return t.family == "learned" and bool(entry(choose_model(model_id, t.id)).twin)


def listens(model_id: str, t: Task) -> bool:
    """Whether the options that only this task has mean anything to the chosen model."""
    return t.family == "classical" or bool(entry(choose_model(model_id, t.id)).hyperparameters.get("planes"))


class Controls:
    """The form of the Enhance tab. `inputs` are its components, `read` turns their values into a `Wish`."""

    def __init__(self) -> None:
        tasks = offered()
        first = tasks[0][1]
        models = models_for(first)
        self.task = gr.Dropdown(
            tasks, value=first, label="What to do", info=task(first).summary, filterable=False, elem_id="task"
        )
        self.auto = AutoPanel()
        self.model = gr.Dropdown(
            models,
            value=models[0][1] if models else None,
            visible=bool(models),
            label="Model",
            filterable=False,
            elem_id="model",
        )
        self.card = gr.HTML(Choice(task(first), {"model": AUTO}).card(), elem_id="model-card")
        with gr.Group(visible=first == UPSCALE.id, elem_classes="options") as self.size:
            self.size_by = gr.Radio(
                list(SIZES), value="Factor", label="Size of the result by", elem_id="size-by", elem_classes="joined"
            )
            self.targets = self._targets()
            self.consistent = control(UPSCALE.options, "consistent", "option", label="Make consistent")
        self.strength = control(UPSCALE.options, "strength", "option")
        self.strength.visible = bool(models)
        self.crispness = SafeSlider(
            0,
            1,
            CRISPNESS,
            step=0.05,
            label="Crispness",
            info="0 stays with what is there, 1 draws likely texture where the picture holds none.",
            visible=bool(models) and has_twin(models[0][1], task(first)),
            buttons=[],
            elem_id="option-crispness",
        )
        self.best = control(UPSCALE.options, "best", "option", label="Best quality")
        self.best.visible = bool(models)
        self.groups, self.fields = self._own(first)

    def _targets(self) -> dict[str, Component]:
        shown = {}
        with gr.Row(elem_classes="targets"):
            for name, value in START.items():
                label = LABELS.get(name)
                shown[name] = control(UPSCALE.options, name, "target", value, label)
                shown[name].visible = name == "scale"
        return shown

    def _own(self, first: str) -> tuple[dict[str, gr.Group], dict[str, Component]]:
        groups: dict[str, gr.Group] = {}
        found: dict[str, Component] = {}
        for t in (task(offer) for _, offer in offered()):
            if names := own_options(t):
                shown = t.id == first and listens(AUTO, t)
                with gr.Group(visible=shown, elem_classes="options") as groups[t.id]:
                    found |= {f"{t.id}.{name}": c for name, c in form(t, names).items()}
        return groups, found

    @property
    def named(self) -> dict[str, Component]:
        """The component of every option by its name, behind that of its task where the option is one task's own."""
        learned = {"task": self.task, "model": self.model, "size_by": self.size_by, "strength": self.strength}
        learned |= {"crispness": self.crispness, "best": self.best, "consistent": self.consistent}
        return {**learned, **self.targets, **self.fields}

    @property
    def inputs(self) -> list[Component]:
        """Every component that `read` wants the value of, in its order."""
        return [*self.named.values(), *self.auto.inputs]

    @property
    def shown(self) -> list[Component]:
        """Those of them that a visitor can set."""
        return [*self.named.values(), *self.auto.set]

    def read(self, values: Sequence[Any]) -> Wish:
        """What these values of `inputs` mean. Raises BadOptions for an empty target size."""
        named = dict(zip(self.named, values, strict=False))  # behind them stand those of the steps
        if named["task"] == PLANNED:
            return self.auto.read(values[len(named) :])
        chosen = task(named["task"])
        own = {name: named[f"{chosen.id}.{name}"] for name in own_options(chosen)}
        own = {name: value for name, value in own.items() if value is not None}
        if chosen.family == "classical":
            return Choice(chosen, own)
        options = {"model": serving(named["model"], chosen.id)} | {name: named[name] for name in ("strength", "best")}
        if listens(options["model"], chosen):
            options |= own
        if has_twin(options["model"], chosen):
            options["crispness"] = named["crispness"]
        if chosen is UPSCALE:
            wanted = {name: named[name] for name in SIZES[named["size_by"]] if named[name]}
            if not wanted:
                raise BadOptions(f"Please give a number for “{named['size_by']}”.")
            options |= {**wanted, "consistent": named["consistent"]}
        return Choice(chosen, options)

    @property
    def places(self) -> list[Component]:
        """What `task_chosen` may change."""
        networks = [self.model, self.size, self.strength, self.best, self.crispness]
        return [self.task, self.auto.place, *networks, *self.groups.values()]

    def wire(self) -> None:
        """Show what belongs to the chosen task, and hide the rest."""
        chosen = [self.task, self.model]
        self.task.change(self.task_chosen, chosen, self.places, queue=False, api_visibility="private")
        told = [self.crispness, *self.groups.values()]
        self.model.change(self._model_chosen, chosen, told, queue=False, api_visibility="private")
        targets = list(self.targets.values())
        self.size_by.change(self.size_chosen, [self.size_by, *targets], targets, queue=False, api_visibility="private")

    def task_chosen(self, task_id: str, model_id: str | None) -> Update:
        """What belongs to this task, with the chosen model where it serves for it, else the first."""
        chosen = TASKS.get(task_id)
        learned = chosen is not None and chosen.family == "learned"
        model = serving(model_id or AUTO, task_id) if learned else None
        choices: dict[str, Any] = {"choices": models_for(task_id), "value": model} if learned else {}
        return {
            self.task: gr.Dropdown(info=chosen.summary if chosen else BELOW),
            self.auto.place: gr.Column(visible=chosen is None),
            self.model: gr.Dropdown(visible=learned, **choices),
            self.size: gr.Group(visible=chosen is UPSCALE),
            self.strength: gr.Slider(visible=learned),
            self.best: gr.Checkbox(visible=learned),
            **self._model_chosen(task_id, model),
        }

    def _model_chosen(self, task_id: str, model_id: str | None) -> Update:
        if task_id == PLANNED:
            return {c: type(c)(visible=False) for c in (self.crispness, *self.groups.values())}
        chosen = task(task_id)
        model = serving(model_id or AUTO, task_id) if chosen.family == "learned" else AUTO
        heard = listens(model, chosen)
        groups = {g: gr.Group(visible=name == task_id and heard) for name, g in self.groups.items()}
        return {self.crispness: gr.Slider(visible=has_twin(model, chosen)), **groups}

    def crispness_for(self, wish: Wish, size: Size | None = None, largest: int = 0) -> Update:
        """The slider of crispness: seen where the model that is meant for a picture of `size` has a faithful twin."""
        model = wish.meant(size, largest) if isinstance(wish, Choice) else None
        return {self.crispness: gr.Slider(visible=model is not None and bool(model.twin))}

    def size_chosen(self, size_by: str, *given: float | None) -> list[dict[str, Any]]:
        """Which targets are shown; one that nothing was given for is shown empty, not with the 0 of the browser."""
        shown = [name in SIZES[size_by] for name in self.targets]
        empty = [{"value": None} if seen and not number else {} for seen, number in zip(shown, given, strict=True)]
        return [gr.update(visible=seen, **nothing) for seen, nothing in zip(shown, empty, strict=True)]
