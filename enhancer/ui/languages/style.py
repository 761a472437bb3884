"""What the style sheet says, for what it is laid over has no place for words, and how the server hears the language."""

from enhancer.ui.languages import ENGLISH, LANGUAGES, table

LABELS = (  # selector, with the place where a language is asked for, and what it is to say
    (".before-after{}::before", "Before"),
    (".before-after{}::after", "After"),
    (".before-after.over{}::before", "Result"),
    (".before-after.over{}::after", "Map"),
    (".before-after.why{}::before", "Seen"),
    (".before-after.why{}::after", "Map"),
)


COOKIE = "language"
# A visitor may choose another language in the settings of the page, which then writes it onto the document.
TELL_LANGUAGE = f"""
<script>
const tellLanguage = () => {{ document.cookie = `{COOKIE}=${{document.documentElement.lang}}; SameSite=Lax; path=/`; }};
new MutationObserver(tellLanguage).observe(document.documentElement, {{attributeFilter: ["lang"]}});
tellLanguage();
</script>
"""


def words_css() -> str:
    """A rule for each label in each language; the front end of Gradio writes the language onto the document."""
    rules = [_rule(selector.format(""), said, ENGLISH) for selector, said in LABELS]
    for code in LANGUAGES:
        rules += [_rule(selector.format(f":lang({code})"), said, code) for selector, said in LABELS]
    return "\n".join(rules)


def _rule(selector: str, said: str, code: str) -> str:
    return f'{selector} {{ content: "{table(code).text(said)}"; }}'
