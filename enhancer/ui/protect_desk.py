"""The handler behind "Protect parts of the picture"."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from enhancer.ui.enhance_work import Finished
from enhancer.ui.jobs import Steps, Update
from enhancer.ui.protect_panel import RULES
from enhancer.ui.protect_work import protect, wanted
from enhancer.ui.trust_desk import TrustDesk


@dataclass(frozen=True)
class ProtectDesk:
    """It works through the desk of the section below, whose answers it makes out of date."""

    trust: TrustDesk

    def apply(
        self, canvas: str, kept: Finished | None, format: str, embed: bool, strength: float, *ticks: bool
    ) -> Iterator[Update]:
        """Protect what is ticked and painted, or nothing, in the result as it was before anything was protected."""

        def steps(done: Finished, place: Path) -> Steps:
            guards = wanted(dict(zip(RULES, ticks, strict=True)), canvas, strength / 100)
            work = partial(protect, done, guards, self.trust.engine.settings, place)
            yield from self.trust.replaced(done, work, self.trust.bar("Protecting", "steps"), format, embed, place)

        yield from self.trust.asked(kept, steps)
