"""Which wishes of a clause are turned round: less of what they bring, or more of what they take away."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from enhancer.tasks.spoken_words import BARELY, LESS, MORE, REMOVE, TOO, Wish


@dataclass(frozen=True)
class _Word:
    start: int
    wish: Wish
    damage: bool


def turned(clause: str, rest: str, wishes: Sequence[Wish]) -> set[Wish]:
    """Those of `wishes` of which `clause` asks the contrary: "less sharp", "too sharp", "more noise", not "less noise".

    `rest` is the clause with blanks in place of the words of the wishes.
    """
    words = sorted((word for wish in wishes for word in _words(clause, wish)), key=lambda word: word.start)
    less = {wish for match in LESS.finditer(rest) for wish in _meant(match, words)}
    too = {word.wish for word in words if not word.damage and TOO.search(rest[: word.start])}
    added = {word.wish for word in words if word.damage and MORE.search(clause[: word.start])}
    return less | too | (set() if REMOVE.search(clause) else added)


def _words(clause: str, wish: Wish) -> Iterator[_Word]:
    for pattern in filter(None, (wish.opposite, wish.words)):
        for match in pattern.finditer(clause):
            yield _Word(match.start(), wish, bool(wish.damage and wish.damage.fullmatch(match.group())))


def _meant(match: re.Match[str], words: Sequence[_Word]) -> Iterator[Wish]:
    """What is to be less: whatever is named after it, else before it; of what can only be more, the nearest alone."""
    after = [word for word in words if word.start >= match.end()]
    named, nearest = (after, after[:1]) if after else (words, words[-1:])
    for word in named:
        one_way = word.wish.unable and (word not in nearest or match.group() in BARELY)
        if not word.damage and not one_way:
            yield word.wish
