"""A plain page that describes the API, made from its OpenAPI description; it loads nothing from anywhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

from enhancer.welcome import LOGO

STYLE = """
:root { color-scheme: light dark; --ground: #fafafa; --card: #fff; --text: #27272a; --soft: #71717a;
  --line: #e4e4e7; --go: #0f766e; --code: #f4f4f5 }
@media (prefers-color-scheme: dark) { :root { --ground: #111113; --card: #18181b; --text: #e4e4e7; --soft: #a1a1aa;
  --line: #2c2c31; --go: #2dd4bf; --code: #232327 } }
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 15px/1.55 "IBM Plex Sans", ui-sans-serif, system-ui, sans-serif }
main { max-width: 860px; margin: 0 auto; padding: 28px 16px 60px }
header { display: flex; gap: 12px; align-items: center }
h1 { font-size: 22px; line-height: 1.2; margin: 0; letter-spacing: -.01em }
h2 { font-size: 16px; margin: 32px 0 10px }
p { margin: 10px 0 } a { color: var(--go) } .soft { color: var(--soft) }
details { background: var(--card); border: 1px solid var(--line); border-radius: 10px; margin: 8px 0 }
summary { cursor: pointer; padding: 10px 14px; display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline }
summary b { color: var(--go); font-size: 12px; min-width: 52px } summary span { color: var(--soft) }
details > div { padding: 0 14px 12px; border-top: 1px solid var(--line) }
code { font: 13px/1.5 "IBM Plex Mono", ui-monospace, monospace; overflow-wrap: anywhere }
details p > code { display: block; background: var(--code); border-radius: 6px; padding: 8px 10px }
dl { display: grid; grid-template-columns: minmax(110px, max-content) 1fr; gap: 6px 16px; margin: 12px 0 0 }
dd { margin: 0; color: var(--soft) } dd i { font-style: normal; color: var(--text) }
"""
JOBS = "/jobs/"
BEGIN = (
    "<p>POST to <code>/v1/jobs/{task}</code> what you would POST to <code>/v1/{task}</code>: the answer, 202, comes at "
    "once, and its header Location is the address of the job.</p>"
)
ERRORS = (
    "<p>An error is a JSON object: <code>title</code>, <code>status</code>, <code>detail</code> in plain words, "
    "<code>limit</code> (the setting that was exceeded, to be changed as ENHANCER_… in the environment of the server) "
    "and <code>request_id</code>. With 429 and 503, the header Retry-After says after how many seconds to try "
    "again; a job that failed has none.</p>"
)


def page(description: dict[str, Any]) -> str:
    """The page as HTML."""
    info, root = description["info"], description["servers"][0]["url"]
    body = "".join(_groups(description, root))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])}: REST API</title><style>{STYLE}</style>"
        f"<main><header>{LOGO}<div><h1>REST API</h1><span class='soft'>{escape(info['title'])} "
        f"{escape(info['version'])}</span></div></header><p>{escape(info['description'])} "
        f"For programs: <a href='{root}/openapi.json'>openapi.json</a>.</p>{body}<h2>Errors</h2>"
        f"{ERRORS}</main></html>"
    )


def _groups(description: dict[str, Any], root: str) -> Iterator[str]:
    listed = [
        (method, path, operation)
        for path, operations in description["paths"].items()
        for method, operation in operations.items()
    ]
    for tag in dict.fromkeys(operation["tags"][0] for _, _, operation in listed):
        yield f"<h2>{escape(tag)}</h2>"
        yield BEGIN if any(_begins(method, path) for method, path, op in listed if op["tags"][0] == tag) else ""
        for method, path, operation in listed:
            if operation["tags"][0] == tag and not _begins(method, path):
                yield _operation(method, root + path, operation)


def _begins(method: str, path: str) -> bool:
    """Whether this begins a job; there is one for each task, and one sentence for all."""
    return method == "post" and path.startswith(JOBS)


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    said = "".join(f"<p>{_text(part)}</p>" for part in operation.get("description", "").split("\n\n") if part)
    asked = "".join(_parameter(p["name"], {**p["schema"], **p}) for p in _parameters(operation))
    inside = said + (f"<dl>{asked}</dl>" if asked else "")
    return (
        f"<details><summary><b>{method.upper()}</b><code>{escape(path)}</code>"
        f"<span>{escape(operation['summary'])}</span></summary><div>{inside or '<p>Takes nothing but its address.</p>'}"
        "</div></details>"
    )


def _parameters(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of the address, or where there are none the fields of the form."""
    if operation.get("parameters"):
        listed: list[dict[str, Any]] = operation["parameters"]
        return listed
    forms = operation.get("requestBody", {}).get("content", {})
    return [{"name": n, "schema": s} for form in forms.values() for n, s in form["schema"]["properties"].items()]


def _text(part: str) -> str:
    return f"<code>{escape(part.strip('`'))}</code>" if part.startswith("`") else escape(part)


def _parameter(name: str, schema: dict[str, Any]) -> str:
    bounds = [f"{schema[end]:g}" for end in ("minimum", "maximum") if end in schema]
    facts = [
        " to ".join(bounds),
        ", ".join(schema.get("enum", [])),
        "default " + str(schema["default"]).replace("True", "true").replace("False", "false")
        if "default" in schema
        else "",
    ]
    told = "; ".join(fact for fact in facts if fact)
    return f"<dt><code>{escape(name)}</code></dt><dd>{escape(schema.get('description', ''))} <i>{escape(told)}</i></dd>"
