"""A wish in plain words, English or Chinese, as steps that can be looked at before they run. No model: a grammar."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from enhancer.errors import BadOptions
from enhancer.options import parse
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.tasks.spoken_turned import turned
from enhancer.tasks.spoken_words import (
    BETWEEN,
    ENLARGE,
    FILLERS,
    LESS,
    NOT,
    OVER,
    SLIGHT,
    SLIGHTLY,
    STRONG,
    STRONGLY,
    TONE,
    TOO_LITTLE,
    USUAL,
    WISHES,
    How,
    Wish,
)

LONGEST = 500  # letters of a wish
NUMBERS = {"two": 2, "three": 3, "four": 4, "double": 2, "twice": 2, "triple": 3, "quadruple": 4}
NUMBERS |= {"thrice": 3, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4}
NUMBER = r"(\d+(?:[.,]\d+)?)"
PERCENT = re.compile(rf"{NUMBER} ?(?:%|per ?cent|percent)|百分之{NUMBER}")
NAMED = "|".join(sorted(NUMBERS, key=len, reverse=True))
TIMES = re.compile(
    rf"(?P<grown>放大)(?P<more>一倍)|(?:x|×){NUMBER}|{NUMBER} ?(?:x\b|×|times\b|倍)"
    rf"|\b(?:two|three|four)(?: |-)times\b|\b(?:double|twice|thrice|triple|quadruple)\b|[一二两三四]倍"
)
AS = re.compile(r"\b(?:times|double|twice|thrice) as\b")
PIXELS = re.compile(rf"{NUMBER} ?(?:pixels?|px|像素)(?: (?P<side>wide|high|tall)| ?(?P<seite>宽|高))?")
MEGAPIXELS = re.compile(rf"{NUMBER} ?(?:megapixels?|mp\b|mpix)|{NUMBER} ?万像素")
SMALLER = re.compile(r"\b(?:smaller|half(?: the)? size|shrink|downscal\w*|reduce the size)\b|缩小|变小|更小")
WIDE, HIGH = ("wide", "宽"), ("high", "tall", "高")
UPSCALE = next(wish for wish in WISHES if wish.task == "upscale")


@dataclass(frozen=True)
class Said:
    """One step, and the words that asked for it."""

    step: Step
    words: str


@dataclass(frozen=True)
class Understood:
    """What a wish comes to: the steps in the order in which they are done, what is not to be done, and what is unknown.

    `unknown` are words that nothing stands for; whoever wrote them should be told.
    """

    said: tuple[Said, ...]
    left_out: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps alone."""
        return tuple(said.step for said in self.said)


def understand(text: str) -> Understood:
    """Steps for a wish such as "brighter, remove the noise, twice the size" or "放大两倍并且去噪".

    They are done in the order that does least harm: restore, tone, enlarge, sharpen. Of two wishes for the same task
    the later one counts. Raises BadOptions for an empty or overlong wish, for one of which nothing is understood, for a
    number that a task does not take, and for the contrary of what a task can do, such as a smaller picture.
    """
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    plain = OVER.sub("too ", plain)
    if not plain.strip() or len(plain) > LONGEST:
        raise BadOptions(f"Please write what is to be done, in at most {LONGEST} letters.")
    found: dict[str, tuple[int, Said]] = {}
    left_out: dict[str, None] = {}
    unknown = list[str]()
    for clause in filter(str.strip, (part or "" for part in BETWEEN.split(plain))):
        wishes, rest = _clause(clause)
        refused = bool(NOT.search(clause))
        for wish, how, words in wishes:
            if refused:
                left_out[wish.task] = None
            else:
                found[wish.task] = wish.stage, Said(_step(wish, how, clause), words)
        unknown += rest
    if not found and not left_out:
        raise BadOptions(
            f"Nothing of {text.strip()!r} is understood; write for example: brighter, remove the noise, twice the size."
        )
    kept = [said for task, said in found.items() if task not in left_out]
    return Understood(
        tuple(said for _, said in sorted(kept, key=lambda pair: pair[0])), tuple(left_out), tuple(unknown)
    )


def _clause(clause: str) -> tuple[list[tuple[Wish, How, str]], list[str]]:
    """The wishes of one clause with how they are meant, and the words that nothing stands for."""
    if SMALLER.search(clause):
        raise BadOptions(UPSCALE.unable)
    rest, found = clause, list[tuple[Wish, re.Match[str], bool]]()
    for wish, match, less in _matches(clause):
        found.append((wish, match, less))
        for pattern in filter(None, (wish.opposite, wish.words)):  # "colours more vivid" is one wish in two words
            rest = _without(pattern, rest)
    rest = _without(TOO_LITTLE, rest)
    contrary = turned(clause, rest, [wish for wish, _, _ in found])
    if size := _sized(clause, [wish for wish, _, _ in found]):
        found.append((UPSCALE, size, False))
    if any(wish.stage != ENLARGE and not wish.general for wish, _, _ in found):  # "clean up the noise" is one wish
        found = [one for one in found if not one[0].general]
    rest = _without(LESS, rest)
    percent = PERCENT.search(clause)
    degree = SLIGHT if SLIGHTLY.search(rest) else STRONG if STRONGLY.search(rest) else USUAL
    share = None if percent is None else _number(percent)
    for pattern in (PERCENT, TIMES, MEGAPIXELS, PIXELS, SLIGHTLY, STRONGLY, NOT, FILLERS):
        rest = _without(pattern, rest)
    wishes = [
        (wish, How(degree, less != (wish in contrary), share), match.group().strip()) for wish, match, less in found
    ]
    return wishes, re.findall(r"\w[\w-]*", rest)


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Blanks in place of each match, so that the rest stays where it was."""
    return pattern.sub(lambda match: " " * len(match.group()), text)


def _sized(clause: str, wishes: list[Wish]) -> re.Match[str] | None:
    """The number that says how large, where no wish says that already; "twice as bright" says how bright."""
    if UPSCALE in wishes:
        return None
    other = any(wish.stage == TONE for wish in wishes) or bool(wishes and AS.search(clause))
    patterns = (MEGAPIXELS, PIXELS) if other else (TIMES, MEGAPIXELS, PIXELS)
    return next((match for match in (pattern.search(clause) for pattern in patterns) if match), None)


def _matches(clause: str) -> Iterator[tuple[Wish, re.Match[str], bool]]:
    """Each wish found, where, and whether by a word for its opposite; a word serves one wish only."""
    for wish in WISHES:
        for pattern, less in ((wish.opposite, True), (wish.words, False)):
            match = None if pattern is None else pattern.search(clause)
            if match is not None:
                clause = clause[: match.start()] + " " * len(match.group()) + clause[match.end() :]
                yield wish, match, less
                break


def _step(wish: Wish, how: How, clause: str) -> Step:
    """Raises BadOptions for the contrary of what its task can do, and for a number that it does not take."""
    if how.less and wish.unable:
        raise BadOptions(wish.unable)
    options = _size(clause, how) if wish is UPSCALE else dict(wish.options(how))
    parse(TASKS[wish.task].options, options)
    return Step(wish.task, options)


def _size(clause: str, how: How) -> dict[str, Any]:
    """How large: a factor, a number of pixels at a side, or megapixels; twice where nothing is said."""
    if match := MEGAPIXELS.search(clause):
        return {"megapixels": _number(match) / (100 if "万" in match.group() else 1)}
    if match := PIXELS.search(clause):
        side = match["side"] or match["seite"]
        return {"width" if side in WIDE else "height" if side in HIGH else "long_side": round(_number(match))}
    if match := TIMES.search(clause):
        return {"scale": 2.0 if match["more"] else _number(match)}
    if how.percent is not None:
        return {"scale": how.percent / 100 if how.percent > 100 else 1 + how.percent / 100}
    return {"scale": 2.0}


def _number(match: re.Match[str]) -> float:
    digits = re.search(NUMBER, match.group())
    if digits:
        return float(digits.group().replace(",", "."))
    return float(NUMBERS[re.search(NAMED, match.group()).group()])  # type: ignore[union-attr]  # no other words match
