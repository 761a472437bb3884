"""What the address of the page answers until the page is there: that it is getting ready, with the standard library."""

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

log = logging.getLogger(__name__)
RETRY_AFTER = 1  # seconds
LOOK_AGAIN = 0.05  # seconds between two looks at whether it is time to go
LOGO = (
    '<svg viewBox="0 0 32 32" width="34" height="34" aria-hidden="true">'
    '<rect width="32" height="32" rx="8" fill="#0f766e"/>'
    '<g fill="#fff"><path opacity=".35" d="M7 19h3v6H7z"/><path opacity=".5" d="M10 13h3v12h-3z"/>'
    '<path opacity=".65" d="M13 16h3v9h-3z"/><path d="M16 25V9.5c3.6-4.7 6.6 1.500 9 4.500V25z"/></g></svg>'
)
ENGLISH = "en"
WORDS = {  # language → the name of the page, that it gets ready, and what happens then
    ENGLISH: ("Image Enhancer", "Getting ready.", "The page opens by itself in a few seconds."),
    "zh-CN": ("图片增强", "正在准备。", "几秒钟后页面会自动打开。"),
}


def language_of(accepted: str, known: Iterable[str]) -> str:
    """Which of the `known` languages a browser with this header Accept-Language gets: its first one, else English.

    The page that runs in a browser decides by the same one.
    """
    first = accepted.split(",")[0].split(";")[0].strip().lower()
    return next((code for code in known if code.lower() == first), ENGLISH)


def _page(language: str, name: str, ready: str, soon: str) -> bytes:
    return f"""<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<noscript><meta http-equiv="refresh" content="2"></noscript>
<style>
:root {{ color-scheme: light dark;
  --ground: #fafafa; --text: #27272a; --soft: #71717a; --line: #e4e4e7; --go: #0d9488 }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ground: #111113; --text: #e4e4e7; --soft: #a1a1aa; --line: #2c2c31; --go: #14b8a6 }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--text); font: 15px/1.5 "IBM Plex Sans", ui-sans-serif, system-ui, sans-serif }}
main {{ width: min(340px, 80vw); text-align: center }}
h1 {{ font-size: 20px; line-height: 1.2; margin: 14px 0 4px; letter-spacing: -.01em }}
p {{ margin: 0 0 20px; color: var(--soft) }}
.track {{ height: 6px; border-radius: 6px; overflow: hidden; background: var(--line) }}
.track div {{ width: 30%; height: 100%; border-radius: 6px; background: var(--go);
  animation: slide 1.2s ease-in-out infinite alternate }}
@keyframes slide {{ from {{ margin-left: 0 }} to {{ margin-left: 70% }} }}
@media (prefers-reduced-motion: reduce) {{ .track div {{ animation: none }} }}
</style>
<main role="status">{LOGO}<h1>{name}</h1><p>{ready}<br>{soon}</p>
<div class="track"><div></div></div></main>
<script>
setInterval(() => fetch(location, {{cache: "no-store"}}).then(r => r.ok && location.reload()).catch(() => 0), 500)
</script></html>""".encode()


PAGES = {language: _page(language, *words) for language, words in WORDS.items()}


class _Getting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Say to people that it takes a moment, and to programs that they should ask again."""
        page = PAGES[language_of(self.headers.get("Accept-Language", ""), WORDS)]
        self.send_response(HTTPStatus.SERVICE_UNAVAILABLE)
        self.send_header("Retry-After", str(RETRY_AFTER))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(page)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Requests before the page is there are no news."""


@contextmanager
def getting_ready(host: str, port: int) -> Iterator[None]:
    """Answer at this address until the block ends; then it is free. Where it is taken, nothing is answered."""
    try:
        server = ThreadingHTTPServer((host, port), _Getting)
    except OSError as error:
        log.info("nobody is told that the page is getting ready: %s", error)
        yield
        return
    threading.Thread(target=server.serve_forever, args=(LOOK_AGAIN,), daemon=True, name="getting ready").start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
