"""The Video tab: one video, a network that remembers or any task on each frame, a preview, a player for both."""

import gradio as gr

from enhancer.engine import Engine
from enhancer.ui.controls import Controls
from enhancer.ui.numbers import SafeNumber
from enhancer.ui.parts import LOOK, QUIET, WORK, Toolbar
from enhancer.ui.video_desk import VideoDesk, offered
from enhancer.ui.video_words import BEGIN, limits
from enhancer.ui.words import empty

VIDEO = "video"  # the id of the tab
ALONE = (
    "What sees each frame by itself may flicker: the next frame has other noise, and is drawn a little differently. "
    "One second shows whether it does."
)


class VideoTab:
    """How the tab is laid out, and which event calls which handler."""

    def __init__(self, engine: Engine, controls: Controls) -> None:
        choices = offered()
        with gr.Row(elem_classes="columns"):
            with gr.Column(scale=2, min_width=300, elem_classes="side"):
                self.file = gr.File(label="Video", file_count="single", height=180, elem_id="video-file")
                gr.HTML(limits(engine.settings), elem_id="video-limits")
                with gr.Group(elem_classes="options"):
                    self.what = gr.Dropdown(
                        choices,
                        value=choices[0][1],
                        label="What to do",
                        info=ALONE,
                        filterable=False,
                        elem_id="video-what",
                    )
                    self.begin = SafeNumber(
                        0,
                        minimum=0,
                        label="Preview from this second on",
                        elem_id="video-begin",
                    )
                self.preview = gr.Button("Preview one second", size="sm", elem_id="video-preview")
            with gr.Column(scale=3, min_width=300, elem_classes="main", elem_id="video-main"):
                toolbar = Toolbar("video", "Enhance video", BEGIN)
                gr.HTML(empty("No video yet", "Before and after stand here, one over the other."), elem_classes="blank")
                player = gr.HTML(elem_id="video-player")
                with gr.Row(elem_id="video-take-home"):
                    told = gr.HTML(elem_id="video-facts")
                    download = gr.DownloadButton("Download", variant="primary", size="md", elem_id="video-download")
        self.desk = VideoDesk(
            engine=engine,
            controls=controls,
            toolbar=toolbar,
            player=player,
            facts=told,
            download=download,
            preview_button=self.preview,
        )
        self._wire()

    def _wire(self) -> None:
        desk, form = self.desk, self.desk.controls.inputs
        self.file.change(desk.look, self.file, desk.looked, **QUIET, **LOOK)
        shown = self.preview.click(
            desk.preview, [self.file, self.what, self.begin, *form], desk.outputs, **QUIET, **WORK
        )
        run = desk.toolbar.go.click(desk.run, [self.file, self.what, *form], desk.outputs, **QUIET, **WORK)
        desk.toolbar.stops(shown, run, saying=desk.stopped, outputs=desk.outputs)
