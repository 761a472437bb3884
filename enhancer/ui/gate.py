"""The page as it leaves the house: what people read on it goes through the tables of their language."""

from collections.abc import Iterator
from typing import Any

import gradio as gr
from gradio.i18n import I18nData

from enhancer.ui.languages import ENGLISH, LANGUAGES, spoken, table
from enhancer.ui.languages.style import COOKIE
from enhancer.ui.languages.table import Table
from enhancer.welcome import language_of

TEXTS = ("label", "info", "placeholder")  # properties that Gradio translates in the browser by themselves
KEY = "text-{}"  # of a text, by its place among all of them
LARGE = 20_000  # characters of HTML; more is not sent twice, and comes translated when its tab is opened


class Page(gr.Blocks):
    """Blocks whose handlers may speak English to everybody. `texts` are those it is opened with, and which are HTML."""

    texts: dict[str, bool]

    def get_config_file(self) -> Any:
        """What a browser is told of the page: in the place of each text its number, to be looked up there."""
        config: Any = super().get_config_file()
        self.texts = {}
        for component in config["components"]:
            props = component["props"]
            props |= {key: self._mark(text, is_html) for key, text, is_html in fixed(component)}
            if props.get("choices"):
                props["choices"] = [(self._mark(title, False), value) for title, value in props["choices"]]
        return config

    def _mark(self, text: str, is_html: bool) -> str:
        """A key is none of the texts, because Gradio would look up the values of components as well."""
        self.texts.setdefault(text, is_html)
        return str(I18nData(KEY.format(list(self.texts).index(text))))

    def in_the_browser(self) -> gr.I18n:
        """The texts by their keys, in English and in every other language."""
        return gr.I18n(**{code: self._table(table(code)) for code in (ENGLISH, *LANGUAGES)})

    def _table(self, words: Table) -> dict[str, str]:
        said = (words.html(text) if is_html else words.text(text) for text, is_html in self.texts.items())
        return {KEY.format(n): text for n, text in enumerate(said)}

    async def process_api(self, *args: Any, **named: Any) -> Any:
        """Remember the language of the visitor for as long as the event is served."""
        spoken.set(_language(named.get("request")))
        return await super().process_api(*args, **named)

    async def postprocess_data(self, block_fn: Any, predictions: Any, state: Any) -> list[Any]:
        """What a handler answers, in that language."""
        answers = await super().postprocess_data(block_fn, predictions, state)
        language = spoken.get()
        if language == ENGLISH:
            return answers
        return [translated(block, a, table(language)) for block, a in zip(block_fn.outputs, answers, strict=True)]


def _language(request: Any) -> str:
    """What the page in the browser stands in, as its cookie says, or where that is refused, the browser itself."""
    if not isinstance(request, gr.Request):
        return ENGLISH
    said = request.cookies.get(COOKIE) or request.headers.get("accept-language", "")
    return language_of(said, LANGUAGES)


def translated(block: Any, answer: Any, words: Table) -> Any:
    """One answer for a component: its value, or an update of its properties."""
    if not (isinstance(answer, dict) and answer.get("__type__") == "update"):
        return words.html(answer) if isinstance(block, gr.HTML) and isinstance(answer, str) else answer
    changed: dict[str, Any] = {key: words.text(answer[key]) for key in TEXTS if isinstance(answer.get(key), str)}
    if isinstance(answer.get("choices"), list):
        changed["choices"] = [(words.text(title), value) for title, value in answer["choices"]]
    if isinstance(answer.get("value"), str) and isinstance(block, gr.HTML | gr.Button):
        says = words.html if isinstance(block, gr.HTML) else words.text
        changed["value"] = says(answer["value"])
    return {**answer, **changed}


def fixed(component: Any) -> Iterator[tuple[str, str, bool]]:
    """The texts that a component of a configuration is opened with: (property, text, whether it is HTML)."""
    kind, props = component["type"], component["props"]
    yield from ((key, props[key], False) for key in TEXTS if isinstance(props.get(key), str))
    if kind in ("html", "button") and isinstance(props.get("value"), str) and len(props["value"]) < LARGE:
        yield "value", props["value"], kind == "html"
