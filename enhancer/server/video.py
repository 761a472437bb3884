"""POST /v1/jobs/video: a video in; looked through at once, enhanced as a job, and fetched like the others."""

from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from enhancer.engine import Engine
from enhancer.errors import BadOptions
from enhancer.options import option
from enhancer.progress import Progress
from enhancer.server.describe import VIDEOS
from enhancer.server.filed import FileJob
from enhancer.server.work import FileAnswer
from enhancer.settings import Settings
from enhancer.tasks import TASKS
from enhancer.tasks.chain import Step
from enhancer.video.facts import Part
from enhancer.video.run import enhance_video
from enhancer.video.studio import studio
from enhancer.video.told import noticed
from enhancer.video.wish import Wish, usual_wish

LONGEST = 36_000.0  # seconds
KEPT = ("sound", "times", "colours")


@dataclass(frozen=True)
class VideoOptions:
    """What is done to a video: by a network that remembers, or to each frame alone."""

    model: str = option("", "a network that remembers from frame to frame; the bundled one where nothing is asked for")
    task: str = option(
        "", "instead, do this to each frame alone, with its usual options", choices=("", *(t for t in TASKS))
    )
    begin: float = option(0.0, "leave out so many seconds", minimum=0.0, maximum=LONGEST)
    seconds: float = option(0.0, "only so many seconds from there; 0 for all", minimum=0.0, maximum=LONGEST)

    @property
    def wish(self) -> Wish:
        """As the engine takes it. Raises BadOptions for a model and a task."""
        part = Part(self.begin, self.seconds)
        if self.model and self.task:
            raise BadOptions("Give either model or task: a task is done to each frame alone.")
        if self.task:
            return Wish("", (Step(self.task),), part)
        return Wish(self.model, (), part) if self.model else usual_wish(part)


def _looked(source: Path, settings: Settings, progress: Progress) -> None:
    """So that what cannot be done is refused before anybody waits for it."""
    progress.step(0, 1, "looking through the video")
    with studio(settings) as desk:
        desk.look(source)


def _made(source: Path, options: VideoOptions, engine: Engine, progress: Progress) -> FileAnswer:
    made = enhance_video(source, source.with_name("result"), options.wish, engine, progress)
    suffix, notes = made.file.suffix, tuple(noticed(made))
    return FileAnswer(made.file.open("rb"), f"video{suffix}", VIDEOS[suffix], made.size, made.seconds, KEPT, notes)


VIDEO = FileJob(
    id="video",
    title="Enhance a video",
    about="Sound, times and colours are kept.",
    example="clip.mp4 '{}?seconds=1'",
    media_type="video/*",
    limit="max_video_bytes",
    options=VideoOptions,
    check=attrgetter("wish"),
    look=_looked,
    make=_made,
)
