"""Finished English sentences into another language: looked up whole, or by a pattern with placeholders."""

import re
from collections.abc import Mapping
from functools import cached_property
from html import escape, unescape

PLACEHOLDER = re.compile(r"\{(\w+)\}")
NUMBERS = ("count", "done", "number", "total")  # placeholders of these names stand for figures and nothing else
PLURAL = r"(\w*)"  # what {_names} stand for: one word or the end of one, which the other language does not need
FIGURE = r"([\d.,×+−-]+)"
SENTENCES = re.compile(r"(?<=[.?!]) (?=[A-Z“‘0-9])")
WORDS = r"((?:(?![.?!] [A-Z“‘0-9]).)+?)"  # any text but the end of a sentence with another one behind it
WORD = re.compile(r"[A-Za-z]{2}")
NAME = re.compile(r"[A-Z][\w.-]*[A-Z][\w.-]*( ×\d)?")
TAG = re.compile(r"(<[^>]*>)")
SAID = re.compile(r"""(\s(?:title|alt|aria-label|placeholder|data-done|data-ask)=)(["'])(.*?)\2""")
LEFT = re.compile(r"""<(?:code|style|script)\b|\stranslate=["']?no\b""")  # tags whose own text stays as it is
LISTS = ((" · ", " · "), (" → ", " → "), ("; ", "；"), (", ", "、"), (" and ", "和"))
LOOSE = (" · ", " → ")  # lists of what need not be known
WIDE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
REMEMBERED = 5000  # texts


class Template:
    """An entry with placeholders."""

    def __init__(self, english: str, other: str) -> None:
        self.english, self.other, self.words = english, other, PLACEHOLDER.sub("", english)
        pieces = PLACEHOLDER.split(english)
        self.anchor, self.names = max(pieces[::2], key=len), pieces[1::2]

    @cached_property
    def pattern(self) -> "re.Pattern[str]":
        """Compiled when a text first holds the anchor: all of them would take a tenth of a second."""
        pieces = PLACEHOLDER.split(self.english)
        pieces[::2] = map(re.escape, pieces[::2])
        pieces[1::2] = [_pattern(name) for name in self.names]
        return re.compile("".join(pieces))

    def values(self, text: str) -> dict[str, str] | None:
        """What stands in the place of each placeholder, or None for another text."""
        found = self.pattern.fullmatch(text) if self.anchor in text else None
        return None if found is None else dict(zip(self.names, found.groups(), strict=True))


def _pattern(name: str) -> str:
    return PLURAL if name.startswith("_") else FIGURE if name in NUMBERS else WORDS


class Table:
    """One language. What it does not know stays in English."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        whole = {english: other for english, other in entries.items() if not PLACEHOLDER.search(english)}
        self._whole = {english.lower(): other for english, other in whole.items()} | whole
        templates = [Template(*entry) for entry in entries.items() if entry[0] not in whole]
        self._templates = sorted(templates, key=lambda template: -len(template.words))
        self._known: dict[str, str] = {}

    def text(self, english: str) -> str:
        """A text as it stands on the page, with the space around it."""
        inside = english.strip()
        if not self._whole or not WORD.search(inside):
            return english
        if inside not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[inside] = self._said(inside)
        return english.replace(inside, self._known[inside], 1)

    def html(self, fragment: str) -> str:
        """A fragment of HTML: what people read in it, and what is said of pictures and of terms."""
        if not self._whole:
            return fragment
        pieces = TAG.split(fragment)
        for n, piece in enumerate(pieces):
            if n % 2 and not LEFT.search(piece):
                pieces[n] = SAID.sub(self._attribute, piece)
            elif piece.strip() and not n % 2 and not (n and LEFT.search(pieces[n - 1])):
                pieces[n] = escape(self.text(unescape(piece)), quote=False)
        return "".join(pieces)

    def _attribute(self, found: "re.Match[str]") -> str:
        name, mark, value = found.groups()
        return f"{name}{mark}{escape(self.text(unescape(value)))}{mark}"

    def _said(self, english: str) -> str:
        return self._looked_up(english) or self._by_template(english) or self._in_parts(english) or english

    def _looked_up(self, english: str) -> str | None:
        """An entry, if need be in other case, or without the full stop that was put behind it."""
        found = self._whole.get(english) or self._whole.get(english.lower())
        if found is None and english.endswith("."):
            bare = english[:-1]
            found = self._whole.get(bare) or self._whole.get(bare.lower())
            return None if found is None else f"{found}。"
        return found

    def _by_template(self, english: str) -> str | None:
        for template in self._templates:
            values = template.values(english)
            if values is not None:
                return PLACEHOLDER.sub(lambda name: self.text(values[name[1]]), template.other)  # noqa: B023
        return None

    def _in_parts(self, english: str) -> str | None:
        """Sentence by sentence, or the items of a list; a list only where all of it is known."""
        sentences = SENTENCES.split(english)
        if len(sentences) > 1:
            return joined([self.text(sentence) for sentence in sentences])
        for between, other in LISTS:
            items = english.split(between)
            said = [self.text(item) for item in items] if len(items) > 1 else []
            if said and (between in LOOSE or all(map(_is_known, items, said))):
                return other.join(said)
        return None


def joined(sentences: list[str]) -> str:
    """Sentences one after the other; after a wide full stop there is no space."""
    told = sentences[0]
    for sentence in sentences[1:]:
        told += sentence if WIDE.match(told[-1]) else f" {sentence}"
    return told


def _is_known(english: str, said: str) -> bool:
    """Whether an item needs no other words: it has got some, or is a figure or a name such as "Real-ESRGAN ×4"."""
    return said != english or not WORD.search(english) or NAME.fullmatch(english) is not None
