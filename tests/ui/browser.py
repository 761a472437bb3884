"""Find a Chromium, write test pictures, and drive the page as a visitor does."""

import re
import struct
import time
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import ConsoleMessage, Page, Request, expect
from playwright.sync_api import TimeoutError as Late

HARMLESS = {"Method not implemented."}  # said by the page framework itself
PATIENCE = 90_000  # milliseconds; the machine may be busy, and nobody waits for longer than it takes


@dataclass
class Visitor:
    """A page with what went wrong on it; `problems` must stay empty."""

    page: Page
    url: str
    problems: list[str] = field(default_factory=list)
    opened_with: str = ""  # what stands behind the address at first

    def __post_init__(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        self.page.on("request", self._requested)
        self.page.goto(self.url + self.opened_with)
        expect(self.page.locator("#brand")).to_be_visible(timeout=PATIENCE)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and message.text not in HARMLESS and not _late_cancel(message):
            self.problems.append(f"console {message.type}: {message.text} {message.location['url']}")

    def _requested(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.problems.append(f"external request: {request.url}")

    def give(self, box: str, *files: Path) -> None:
        """Upload into the component with this id."""
        self.page.locator(f"#{box} input[type=file]").first.set_input_files([str(f) for f in files])

    def choose(self, dropdown: str, title: str) -> None:
        """Pick an entry of a dropdown."""
        self.page.locator(f"#{dropdown} input[role=combobox]").click()
        self.page.get_by_role("option", name=title, exact=True).click()

    def tab(self, name: str) -> None:
        """Go to another tab."""
        self.page.get_by_role("tab", name=name, exact=True).click()

    def says(self, tab: str, text: str) -> None:
        """Wait until the status line of a tab says so."""
        expect(self.page.locator(f"#{tab}-status")).to_contain_text(text, timeout=PATIENCE)

    def images(self, box: str, count: int) -> None:
        """Wait until the component shows this many loaded pictures."""
        script = """([box, count]) => {
            const all = [...document.querySelectorAll(`#${box} img`)];
            return all.length === count && all.every(i => i.complete && i.naturalWidth > 0); }"""
        self.page.wait_for_function(script, arg=[box, count], timeout=PATIENCE)

    def download(self, button: str) -> Path:
        """Click a download button; the path of what arrived, under the name it was offered with.

        A click that meets a button which is being drawn anew is lost, and people click again.
        """
        try:
            with self.page.expect_download(timeout=PATIENCE / 6) as event:
                self.page.locator(f"#{button}").click()
        except Late:
            with self.page.expect_download(timeout=PATIENCE) as event:
                self.page.locator(f"#{button}").click()
        arrived = Path(event.value.path())
        return arrived.rename(arrived.with_name(event.value.suggested_filename))


def scene(width: int, height: int, seed: int = 0) -> Image.Image:
    """A small colourful picture with edges, different for each seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def huge_png(file: Path, width: int, height: int) -> Path:
    """A PNG of few bytes and many black pixels."""
    row = b"\0" + bytes((width + 7) // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    )
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + parts)
    return file


def _late_cancel(message: ConsoleMessage) -> bool:
    """Gradio's page asks to cancel an event that has no id yet when Stop is pressed in its first milliseconds: 422."""
    return message.location["url"].endswith("/gradio_api/cancel") and " 422 " in message.text


def stopped_at(log: Path, total: int) -> tuple[int, int]:
    """Wait for the line that the ended job writes; steps done, and of how many."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        found = re.search(rf"job stopped at (\d+) of ({total})\b", log.read_text())
        if found:
            return int(found[1]), int(found[2])
        time.sleep(0.1)
    raise AssertionError(f"no job was stopped:\n{log.read_text()[-2000:]}")
