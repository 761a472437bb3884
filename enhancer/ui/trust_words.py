"""How the answers to "How far can I trust this?" read: HTML in plain words, every figure with its explanation."""

from collections.abc import Sequence
from html import escape

from enhancer.evidence.consistency import LIMIT
from enhancer.evidence.imitate import halved
from enhancer.evidence.receipt import Receipt
from enhancer.evidence.recipe_text import to_link
from enhancer.evidence.report import Map
from enhancer.evidence.self_test import HALF, SAME, Damage, Row, SelfTest
from enhancer.metrics import METRICS
from enhancer.models.catalog import CATALOG
from enhancer.ui.enhance_work import Finished
from enhancer.ui.trust_trial import FIGURES, left_out, name_of, trial_table, trials, untested
from enhancer.ui.trust_work import View, unfit, unguessed
from enhancer.ui.words import chips, duration, receipt

VIEWS = 8  # runs that a map of guesses takes
TITLE = "How far can I trust this?"
LEAD = "All of it is measured on your own picture. What takes time waits until you ask."
FIT_HELP = (
    "Likeness of the shrunk result and your picture (PSNR). 6 dB more means half the difference; from 45 dB on, it is "
    "typically below one of 255 grey levels."
)
BEFORE_LAST = "“Your picture” is here what the steps before the enlargement made of it, as they are meant to change it."
MENDS = (
    "This network takes noise and traces of compression away as well, which counts as a difference here; “Make "
    "consistent” would bring them back."
)
IMITATED = "That is the damage which was found in it."
LINK_HELP = (
    "Opened, it sets this form as it was. It holds the model and the settings, not your picture nor what is protected "
    "in it."
)
BLIND = frozenset(entry.id for entry in CATALOG if entry.blind)
LEVEL_HELP = "A grey level is one of the 255 steps from black to white."


def heading() -> str:
    """The head of the section."""
    return f"<h3>{TITLE}</h3><p>{LEAD}</p>"


def question(title: str, text: str, figure: str = "") -> str:
    """One question with what is known about it; `figure` is HTML."""
    return f"<div class='question'><h4>{escape(title)}{figure}</h4><p>{escape(text)}</p></div>"


def more(summary: str, *texts: str) -> str:
    """An explanation for those who open it."""
    told = "".join(f"<p>{escape(text)}</p>" for text in texts)
    return f"<details class='more'><summary>{escape(summary)}</summary>{told}</details>"


def fit_words(done: Finished) -> str:
    """Whether the result fits the picture it was made of."""
    title = "Does it fit your picture?"
    if done.fit is None:
        return question(title, unfit(done))
    figure = "equal" if done.fit.figure == float("inf") else f"{done.fit.figure:.1f} dB"
    chip = chips([(figure, "yes" if done.fit.good else "no")])
    cured = f"<p class='said good'>{escape(done.cured)}</p>" if done.cured else ""
    before = "" if done.base is None else f" {BEFORE_LAST}"
    mends = f" {MENDS}" if not done.fit.good and done.model in BLIND else ""
    told = question(title, done.fit.verdict + mends + before, f"<span title='{escape(FIT_HELP)}'>{chip}</span>")
    return told + cured + more("What this shows, and what it cannot", f"{figure}: {FIT_HELP}", LIMIT)


def trial_hint(done: Finished) -> str:
    """What a test would do."""
    reason, tests = untested(done), trials(done)
    title = "Is it better than doing nothing?" if tests[0][0] == 1 else "Is it better than a plain resize?"
    if reason:
        return question(title, reason)
    ways = ", and again ".join(
        _done_to_it(HALF if halved(factor, done.damage) else factor, damage) for factor, damage in tests
    )
    found = f" {IMITATED}" if any(damage == done.damage != Damage() for _, damage in tests) else ""
    text = f"Your picture is {ways}, enhanced again, and compared with itself.{found} {left_out(done)}"
    return question(title, text.rstrip())


def _done_to_it(factor: int, damage: Damage) -> str:
    told = [f"shrunk to 1/{factor} of its sides"] * (factor > 1)
    told += [f"given noise of {damage.noise:g} levels"] * (damage.noise > 0)
    told += [f"saved as a JPEG of quality {damage.quality}"] * (damage.quality is not None)
    return ", ".join(told)


def guess_words(done: Finished) -> str:
    """What a map of guesses would take."""
    title, reason = "How sure is the network?", unguessed(done)
    if reason:
        return question(title, reason)
    once = done.seconds / (VIEWS if done.recipe.steps[done.drew].options.get("best") else 1)
    text = (
        "Your picture is enhanced eight times, mirrored and turned. Where the eight results differ, the network "
        f"guesses. Takes about {duration(max(1.0, VIEWS * once), digits=0)}."
    )
    return question(title, text)


def all_trial_words(done: Finished, tests: Sequence[SelfTest]) -> str:
    """The results of all tests of a picture, each under what was done for it."""
    if len(tests) == 1:
        told = trial_words(tests[0])
    else:
        heads = [_done_to_it(test.shrunk, test.damage) for test in tests]
        told = "".join(
            f"<h5>{escape(head[:1].upper() + head[1:])}</h5>{trial_words(test)}"
            for head, test in zip(heads, tests, strict=True)
        )
    return told + (f"<p class='said'>{escape(left_out(done))}</p>" if left_out(done) else "")


def trial_words(tested: SelfTest) -> str:
    """The result of a test: what it means for the chosen model, then all figures."""
    chosen, table = tested.rows[1], trial_table(tested)
    heads = "".join(f"<th scope='col'>{escape(column)}</th>" for column in table.columns)
    rows = "".join(
        _row(row, cells, row.gain == max(r.gain for r in tested.rows))
        for row, cells in zip(tested.rows, table.rows, strict=True)
    )
    told = [f"<p class='said {_kind(chosen)}'>{escape(f'{name_of(chosen.method)}: {chosen.verdict}')}</p>"]
    told += [f"<p class='said'>{escape(text)}</p>" for text in _others(tested)]
    meaning = [f"{METRICS[i].title}: {METRICS[i].explanation}" for i in FIGURES]
    return (
        f"{''.join(told)}<div class='scroll'><table class='figures'><thead><tr>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{more('What was done, and what the figures mean', tested.about, *meaning)}"
    )


def _kind(row: Row) -> str:
    if abs(row.gain) < SAME:
        return "calm"
    return "good" if row.gain > 0 else "bad"


def _others(tested: SelfTest) -> list[str]:
    """A word on a model that did better than the chosen one."""
    chosen, best = tested.rows[1], max(tested.rows[1:], key=lambda row: row.gain)
    ahead = best.figures["psnr"] - chosen.figures["psnr"]
    if best is chosen or not ahead >= SAME:
        return []
    return [f"{name_of(best.method)} comes {ahead:.1f} dB closer on this picture."]


def _row(row: Row, cells: tuple[str, ...], best: bool) -> str:
    verdict = f"<small class='{_kind(row)}'>{escape(row.verdict)}</small>"
    first = f"<td class='best' title='best'>{cells[1]}</td>" if best else f"<td>{cells[1]}</td>"
    rest = "".join(f"<td>{escape(cell)}</td>" for cell in cells[2:])
    return f"<tr><th scope='row'>{escape(cells[0])}{verdict}</th>{first}{rest}</tr>"


def view_words(view: View) -> str:
    """What a map says, the meaning of its colours, and how it was made."""
    verdict = f"<p class='said'>{escape(view.verdict)}</p>"
    return legend(view.map) + verdict + more("How to read this map", view.explanation, LEVEL_HELP)


def legend(shown: Map) -> str:
    """The colours of a map with what stands at their ends."""
    low, high = shown.ends or ("", "")
    return (
        f"<p class='scale'><b>{escape(shown.title)}</b><span>{escape(low)}</span><i></i><span>{escape(high)}</span></p>"
    )


def receipt_words(found: Receipt) -> str:
    """What of the picture is in the written file."""
    everything = more("All that was looked at", *(line.sentence for line in found.lines))
    return f"<div class='question'><h4>What was kept?</h4></div>{receipt(found.kept, found.lost)}{everything}"


def link_words(done: Finished) -> str:
    """A link that holds the recipe, to copy."""
    link = f"?recipe={to_link(done.recipe)}"
    return (
        "<div class='question'><h4>Do it again, show it to others</h4><p class='link'>"
        f"<a href='{link}' target='_blank' rel='noopener'>Link to these settings</a> "
        "<button type='button' class='copy' data-done='Copied' data-ask='Copy this link:'>Copy</button></p>"
        f"<p>{LINK_HELP}</p></div>"
    )
