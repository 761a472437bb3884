"""The page: its tabs over one engine. `build` makes it, `launch_arguments` says how it is served."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from enhancer.engine import Engine
from enhancer.engine.results import really, remembering
from enhancer.models.catalog import CATALOG, Entry
from enhancer.models.entry import VIDEO as FOR_VIDEO
from enhancer.monitor import Monitor
from enhancer.settings import Settings
from enhancer.space import space_id
from enhancer.ui.auto_style import AUTO_CSS
from enhancer.ui.batch_style import BATCH_CSS
from enhancer.ui.batch_tab import BATCH, BatchTab
from enhancer.ui.compare_style import COMPARE_CSS
from enhancer.ui.compare_tab import CompareTab
from enhancer.ui.display import folder
from enhancer.ui.enhance_style import ENHANCE_HEAD
from enhancer.ui.enhance_tab import enhance_tab
from enhancer.ui.examples import write_digits, write_examples, write_shapes
from enhancer.ui.fetching import fetch_nothing
from enhancer.ui.gate import Page
from enhancer.ui.handover import ENHANCE, HandOver
from enhancer.ui.lab_style import LAB_CSS, LAB_HEAD
from enhancer.ui.lab_tab import LAB, lab_tab
from enhancer.ui.languages.style import TELL_LANGUAGE, words_css
from enhancer.ui.metrics_tab import MetricsTab
from enhancer.ui.models_style import MODELS_CSS, MODELS_HEAD
from enhancer.ui.models_tab import ModelsTab
from enhancer.ui.parts import HOUR, duplicate, reachable_head
from enhancer.ui.protect_style import PROTECT_CSS, protect_head
from enhancer.ui.status_style import STATUS_CSS
from enhancer.ui.status_tab import STATUS, StatusTab
from enhancer.ui.style import CSS, HEAD
from enhancer.ui.theme import theme
from enhancer.ui.trust_style import TRUST_CSS, TRUST_HEAD
from enhancer.ui.video_style import VIDEO_CSS, video_head
from enhancer.ui.video_tab import VIDEO, VideoTab
from enhancer.ui.words import header, promise

STYLES = (CSS, TRUST_CSS, AUTO_CSS, BATCH_CSS, VIDEO_CSS, COMPARE_CSS, MODELS_CSS, PROTECT_CSS, STATUS_CSS, LAB_CSS)
HEADS = (HEAD, ENHANCE_HEAD, TELL_LANGUAGE, TRUST_HEAD, MODELS_HEAD, LAB_HEAD)
WAITING = 32  # events that may queue before the page asks to try again


def build(
    engine: Engine, settings: Settings, catalog: Sequence[Entry] = CATALOG, monitor: Monitor | None = None
) -> Page:
    """The whole page over this engine, whose store holds the models of `catalog`.

    An engine that remembers shares what it drew with other doors; the page measures and proves without it. What
    `monitor` sees is shown in a tab of its own.
    """
    memory, engine = remembering(engine), really(engine)
    fetch_nothing()
    examples = write_examples(folder())
    device = f"{engine.device.type} · {str(engine.precision).removeprefix('torch.')}"
    with Page(title="Image Enhancer", analytics_enabled=False) as built:
        gr.HTML(header(device))
        with gr.Tabs(elem_id="rooms", overflow_behavior="wrap") as tabs:
            with gr.Tab("Enhance", id=ENHANCE):
                handover = HandOver(tabs, *enhance_tab(built, memory, examples))
            with gr.Tab("Batch", id=BATCH) as many:
                BatchTab(many, tabs, engine, handover.controls)
            with gr.Tab("Video", id=VIDEO):
                VideoTab(engine, handover.controls)
            with gr.Tab("Compare", id="compare"):
                CompareTab(engine, catalog, examples, handover)
            with gr.Tab("Metrics", id="metrics"):
                MetricsTab(settings)
            with gr.Tab("Models", id="models") as room:
                ModelsTab(room, engine, [e for e in catalog if e.purpose != FOR_VIDEO], handover)
            with gr.Tab(LAB, id="lab"):
                lab_tab(memory, examples, write_digits(folder()), write_shapes(folder()))
            if monitor is not None and settings.monitoring:
                with gr.Tab(STATUS, id="status-room") as room:
                    StatusTab(room, tabs, monitor)
        gr.HTML(promise(max(settings.files_seconds, settings.results_seconds, settings.job_seconds, HOUR)))
        if space_id() is not None:
            duplicate()
    page: Page = built
    page.queue(api_open=False, max_size=WAITING)
    return page


def launch_arguments(settings: Settings, page: Page) -> dict[str, Any]:
    """How the page is served: `page.launch(**launch_arguments(settings, page))`, or the like for a mounted page."""
    return {
        "theme": theme(),
        "css": "".join(STYLES) + words_css(),
        "i18n": page.in_the_browser(),
        "head": "".join(HEADS) + protect_head() + video_head() + reachable_head(),
        "footer_links": ["settings"],
        "run_history": False,
        "show_error": False,
        "enable_monitoring": False,
        "max_file_size": settings.max_bytes,
    }


__all__ = ["build", "launch_arguments"]
