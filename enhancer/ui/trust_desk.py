"""The handlers of the section "How far can I trust this?": one question a job, with the bar and Stop of the tab."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from enhancer.errors import BadPicture
from enhancer.progress import Progress
from enhancer.ui.display import run_folder
from enhancer.ui.enhance_desk import GONE, STAGES, EnhanceDesk
from enhancer.ui.enhance_work import Finished
from enhancer.ui.jobs import Steps, Update, follow, guarded
from enhancer.ui.protect_work import Protected, cured
from enhancer.ui.trust_trial import try_models
from enhancer.ui.trust_words import all_trial_words, view_words
from enhancer.ui.trust_work import Proof, guess, misfit, report_page
from enhancer.ui.words import bar, file_size, said

NO_RECIPE = (
    "The downloaded picture does not hold its recipe, which the report speaks of; tick “Embed the recipe” for it."
)


@dataclass
class TrustDesk:
    """What the section does, on the result that the Enhance tab shows."""

    desk: EnhanceDesk

    def __post_init__(self) -> None:
        self.panel, self.toolbar, self.engine = self.desk.trust, self.desk.toolbar, self.desk.engine
        self.outputs = [*self.panel.parts, self.toolbar.status]
        self.cure_outputs = list(dict.fromkeys([*self.desk.run_outputs, *self.outputs]))

    def where(self, kept: Finished | None) -> Iterator[Update]:
        """Show where the shrunk result differs from the picture."""
        panel = self.panel

        def steps(done: Finished, place: Path) -> Steps:
            work = partial(misfit, done, self.engine.settings, place)
            view = yield from follow(work, self.bar("Comparing"))
            yield {panel.fit_map: view.pair, panel.fit_told: view_words(view)}

        yield from self.asked(kept, steps)

    def test(self, kept: Finished | None, proof: Proof) -> Iterator[Update]:
        """Shrink the picture, enhance it again, and compare."""
        panel = self.panel

        def steps(done: Finished, _: Path) -> Steps:
            tested = yield from follow(partial(try_models, done, self.engine), self.bar("Testing on your picture"))
            yield {panel.tested: all_trial_words(done, tested), panel.proof: replace(proof, tested=tested)}

        yield from self.asked(kept, steps)

    def guess(self, kept: Finished | None, proof: Proof) -> Iterator[Update]:
        """Show where the network is guessing."""
        panel = self.panel

        def steps(done: Finished, place: Path) -> Steps:
            view = yield from follow(partial(guess, done, self.engine, place), self.bar("Looking eight times"))
            shown = {panel.guess_map: view.pair, panel.guessed: view_words(view)}
            yield {**shown, panel.proof: replace(proof, guess=view.map)}

        yield from self.asked(kept, steps)

    def cure(self, kept: Finished | None, format: str, embed: bool) -> Iterator[Update]:
        """Make the result consistent, and put it in the place of the other."""

        def steps(done: Finished, place: Path) -> Steps:
            work = partial(cured, done, self.engine.settings, place)
            yield from self.replaced(done, work, self.bar("Making it consistent", "steps"), format, embed, place)

        yield from self.asked(kept, steps)

    def replaced(
        self,
        old: Finished,
        work: Callable[[Progress], Protected],
        show: Callable[[Progress], Update],
        format: str,
        embed: bool,
        place: Path,
    ) -> Steps:
        """Put what `work` makes of a result in its place, and write it."""
        new = yield from follow(work, show)
        yield {
            **{self.desk.result: new.done.pair, self.desk.kept: new.done, self.desk.stage: STAGES[1]},
            **self.panel.cleared(),
            **self.panel.about(new.done),
            **self.panel.protect.found(new),
        }
        old.forget(new.done)  # only after the page holds the other
        yield from self.desk.written(new.done, format, embed, place)

    def report(self, kept: Finished | None, proof: Proof, format: str, embed: bool) -> Iterator[Update]:
        """Write the report with all that was found out so far."""
        panel = self.panel

        def steps(done: Finished, place: Path) -> Steps:
            page = yield from follow(
                lambda _: report_page(done, proof, format, embed, place, self.engine.settings),
                self.bar("Writing the report"),
            )
            size = file_size(page.stat().st_size)
            told = said(f"{page.name}, {size}, is one page for any browser.") + ("" if embed else said(NO_RECIPE))
            yield {panel.report_file: str(page), panel.reported: f"<div class='made'>{told}</div>"}

        yield from self.asked(kept, steps)

    def asked(self, kept: Finished | None, steps: Callable[[Finished, Path], Steps]) -> Iterator[Update]:
        """Answer a question about a result, and say on the page how that went."""
        with run_folder() as place:
            yield from guarded(self._answered(kept, steps, place), self._failed)

    def _answered(self, kept: Finished | None, steps: Callable[[Finished, Path], Steps], place: Path) -> Steps:
        if kept is None:
            raise BadPicture(GONE)
        yield self.panel.working()
        yield from steps(kept, place)
        yield {self.toolbar.status: said("Done.", "good")}

    def _failed(self, text: str) -> Update:
        return {self.toolbar.status: said(text, "bad")}

    def bar(self, what: str, unit: str = "tiles") -> Callable[[Progress], Update]:
        """How far the work is."""
        return lambda progress: {self.toolbar.status: bar(progress, what, unit)}
