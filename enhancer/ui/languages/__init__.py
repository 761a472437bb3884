"""The languages of the page. English stands in the code; for every other one there is a folder of tables here.

To add one, copy the folder `zh-CN` under the code of the new language, translate the right-hand sides, and put the code
into `LANGUAGES`. A table goes from the English, as it is shown, to the other language; what differs from time to time
stands in it as {placeholders}, which may come in another order. tests/ui/test_languages.py names what is missing,
left over or misspelt.
"""

import json
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from enhancer.ui.languages.table import Table
from enhancer.welcome import ENGLISH

LANGUAGES = ("zh-CN",)  # as browsers name them; the front end of Gradio knows only those that it has words for itself
HERE = Path(__file__).parent
spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)  # the language of the visitor who is served


def entries(code: str) -> dict[str, str]:
    """All tables of a language together. Raises ValueError where two of them speak of the same English."""
    found: dict[str, str] = {}
    for file in sorted((HERE / code).glob("*.json")):
        table = json.loads(file.read_text(encoding="utf-8"))
        if twice := found.keys() & table.keys():
            raise ValueError(f"{file.name} translates again: {sorted(twice)}")
        found |= table
    return found


@cache
def table(code: str) -> Table:
    """The tables of a language, ready to translate with; that of English changes nothing."""
    return Table({} if code == ENGLISH else entries(code))


__all__ = ["ENGLISH", "LANGUAGES", "entries", "spoken", "table"]
