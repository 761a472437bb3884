"""The steps that the form can stand on: proposed for a picture, or taken from a link, each with a figure to set."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from enhancer.evidence.diagnosis import Diagnosis, diagnose
from enhancer.evidence.propose import Proposal, ProposedStep, propose, usual_factor
from enhancer.options import limits_of, value_type
from enhancer.progress import Progress
from enhancer.settings import Settings
from enhancer.tasks import task
from enhancer.tasks.chain import Step
from enhancer.ui.choice import Chain, Choice
from enhancer.ui.picture_input import read

PLANNED = "steps"  # stands for the task in the form
MOST = 8  # steps that the form holds
AS_LINKED = "As the link says."
LINKED, SPOKEN = "Steps of the link", "What you said · the steps below"
# The figure of a step is the first of these that it says something of.
MAIN = {
    "noise": "Noise to take away",
    "quality": "JPEG quality it was saved with",
    "tolerance": "Smoothing",
    "gamma": "Gamma",
    "factor": "Gain",
    "radius": "Radius",
    "weight": "Smoothing",
    "scale": "Enlarge by",
    "long_side": "Longer side",
    "megapixels": "Megapixels",
}
STRENGTH = "strength"  # the figure of all others that have it
WIDE = 4  # of bounds that are too wide for a slider, so many times the value in either direction remain
MOST_OF_SLIDER = 1000


@dataclass(frozen=True)
class Figure:
    """An option that can be set for a step, with its range."""

    name: str
    label: str
    help: str
    value: float
    minimum: float
    maximum: float
    step: float


@dataclass(frozen=True)
class Plan:
    """Steps in order, each with its reason.

    `diagnosis` is what they were proposed for, None for those of a link and of a wish, which are `called` so.
    """

    proposal: Proposal
    diagnosis: Diagnosis | None = None
    factor: float = 1.0
    called: str = LINKED

    @property
    def title(self) -> str:
        """What the form calls it."""
        return self.called if self.diagnosis is None else "Auto · the steps below"

    @property
    def figures(self) -> tuple[Figure | None, ...]:
        """What can be set for each step."""
        besides = set() if self.diagnosis is None else {"scale"}  # which is wished for the whole
        return tuple(_figure(step, besides) for step in self.proposal.chain)

    def enlarging(self, factor: float) -> "Plan":
        """The plan for the same findings and another wish. Raises ValueError as `propose` does."""
        if self.diagnosis is None:
            return self
        return replace(self, proposal=propose(self.diagnosis, factor), factor=factor)

    def chain(self, ticks: Sequence[bool], values: Sequence[float | None]) -> Chain:
        """What is to be done where these steps are ticked and their figures stand so."""
        made = []
        for step, figure, tick, value in zip(self.proposal.chain, self.figures, ticks, values, strict=False):
            options = dict(step.options)
            if figure is not None and value is not None:
                options[figure.name] = _exact(step, figure, value)
            if tick:
                made.append(Choice(task(step.task_id), options))
        return Chain(tuple(made))


def plan_for(path: Path, settings: Settings, progress: Progress) -> Plan:
    """Look a picture over, and propose what to do. Raises BadPicture, Cancelled."""
    found = diagnose(read(path, settings), path.read_bytes(), progress)
    factor = usual_factor(found.width, found.height)
    return Plan(propose(found, factor), found, factor)


def plan_of(steps: Sequence[Step]) -> Plan:
    """The steps of a link."""
    return Plan(Proposal(tuple(ProposedStep(step, AS_LINKED) for step in steps)))


def spoken_plan(wishes: Sequence[tuple[Step, str]]) -> Plan:
    """Steps with the words that asked for them."""
    steps = tuple(ProposedStep(step, f"You said “{words}”.") for step, words in wishes)
    return Plan(Proposal(steps), called=SPOKEN)


def _figure(step: Step, besides: set[str]) -> Figure | None:
    options = task(step.task_id).options
    known = {f.name: f for f in fields(options)}
    told = [name for name in MAIN if name not in besides and step.options.get(name)]
    name = told[0] if told else STRENGTH
    if name not in known:
        return None
    limits = limits_of(known[name])
    if limits.minimum is None or limits.maximum is None:
        return None
    value = step.options.get(name, known[name].default)
    low, high = limits.minimum, limits.maximum
    whole = value_type(options, name) is int
    if high - low > MOST_OF_SLIDER:
        low, high = max(low, round(value / WIDE)), min(high, round(value * WIDE))
    fine = 1 if whole else 0.05 if name == STRENGTH else 0.01 if high <= 5 else 0.1
    label = MAIN.get(name, STRENGTH.capitalize())
    return Figure(name, label, limits.help[:1].upper() + limits.help[1:], value, low, high, fine)


def _exact(step: Step, figure: Figure, value: float) -> float:
    """A slider gives 30.0 where 30 was proposed."""
    whole = value_type(task(step.task_id).options, figure.name) is int
    return round(value) if whole else value
