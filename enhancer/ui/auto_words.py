"""How a diagnosis and the steps against it read: every figure with its verdict and its evidence."""

from html import escape

from enhancer.evidence.diagnosis import STRONG, UNKNOWN, Diagnosis, Finding
from enhancer.tasks import task
from enhancer.ui.auto_plan import Figure, Plan
from enhancer.ui.choice import Choice
from enhancer.ui.words import chips

TITLE = "What this picture has"
NOTHING = "Nothing to mend: whatever was measured is as it should be."
NOT_MENDED = "Found, but left as it is"
IN_ORDER = "What will be done, in this order"
NO_STEPS = "Nothing will be done. To have the picture larger, choose how much below."
WHOLE = ("quality", "%", "pixels along")  # units whose figures need no decimals


def told(plan: Plan) -> str:
    """One sentence on what came out."""
    count = len(plan.proposal.steps)
    if plan.diagnosis is None or not any(step.finding for step in plan.proposal.steps):
        return "Looked over: nothing to mend." + (" It will be enlarged." if count else "")
    return f"Looked over: {count} {'step' if count == 1 else 'steps'} proposed, see below."


def findings(plan: Plan) -> str:
    """The card of a diagnosis; nothing for steps of a link."""
    diagnosis = plan.diagnosis
    if diagnosis is None:
        return ""
    mended = {step.finding for step in plan.proposal.steps}
    matter = "".join(_row(finding) for finding in diagnosis.findings if finding.found)
    calm = "" if any(mended - {""}) else f"<p class='said good'>{NOTHING if not matter else _calm()}</p>"
    return f"<div class='findings'><h4>{TITLE}</h4>{calm}{matter}{_fine(diagnosis)}{_unmet(plan)}</div>"


def order(plan: Plan) -> str:
    """The heading over the steps."""
    if not plan.proposal.steps:
        return f"<p class='said'>{NO_STEPS}</p>"
    return f"<h4>{IN_ORDER}</h4>"


def reason(plan: Plan, number: int) -> str:
    """Why a step is proposed, and with which network."""
    proposed, figure = plan.proposal.steps[number], plan.figures[number]
    choice = Choice(task(proposed.step.task_id), dict(proposed.step.options))
    model = None if choice.plain else choice.model()
    network = "" if model is None else f" <small>Network: {escape(model.title)}.</small>"
    return f"<p class='why{' figured' if figure else ''}'>{escape(proposed.reason)}{network}</p>"


def name(plan: Plan, number: int) -> str:
    """A step as its tick box calls it."""
    step = plan.proposal.chain[number]
    return f"{number + 1}. {Choice(task(step.task_id), dict(step.options)).title}"


def help_of(figure: Figure) -> str:
    """What stands beneath the figure of a step."""
    return f"{figure.help}."


def _calm() -> str:
    return "Nothing that could be mended well."


def _row(finding: Finding) -> str:
    kind = "no" if finding.severity == STRONG else ""
    return (
        f"<details class='finding'><summary title='{escape(finding.evidence)}'><b>{escape(finding.title)}</b>"
        f"<span>{escape(_figure(finding))}</span>{chips([(finding.verdict, kind)])}</summary>"
        f"<p>{escape(finding.evidence)}</p></details>"
    )


def _figure(finding: Finding) -> str:
    if finding.value is None:
        return ""
    if finding.unit.startswith("quality"):
        return f"quality {finding.value:.0f} of 100"
    digits = 0 if finding.unit.startswith(WHOLE) else 1
    space = "" if finding.unit.startswith("%") else " "
    return f"{finding.value:.{digits}f}{space}{finding.unit}"


def _fine(diagnosis: Diagnosis) -> str:
    """Everything harmless, folded together."""
    fine = [f for f in diagnosis.findings if not f.found and f.severity != UNKNOWN]
    unknown = [f for f in diagnosis.findings if f.severity == UNKNOWN]
    heads = [f"Fine: {', '.join(f.title.lower() if f.title != 'JPEG compression' else f.title for f in fine)}"]
    heads += [f"not measured: {', '.join(f.title.lower() for f in unknown)}"] * bool(unknown)
    rows = "".join(
        f"<dt>{escape(f.title)}: {escape(f.verdict)}{escape(_in_brackets(f))}</dt><dd>{escape(f.evidence)}</dd>"
        for f in (*fine, *unknown)
    )
    return f"<details class='fine'><summary>{escape('; '.join(heads))}</summary><dl>{rows}</dl></details>"


def _in_brackets(finding: Finding) -> str:
    figure = _figure(finding)
    return f" ({figure})" if figure else ""


def _unmet(plan: Plan) -> str:
    lines = "".join(f"<li>{escape(text)}</li>" for text in plan.proposal.unmet)
    return f"<div class='unmet'><h4>{NOT_MENDED}</h4><ul>{lines}</ul></div>" if lines else ""
