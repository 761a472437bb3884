"""The Lab tab: what small networks can do besides enhancing, each in a tab of its own that loads nothing before."""

from pathlib import Path

import gradio as gr

from enhancer.engine import Engine
from enhancer.lanes.lane import MEDICAL, SATELLITE
from enhancer.ui.lab_detect import DetectTab
from enhancer.ui.lab_explain import ExplainTab
from enhancer.ui.lab_recognise import RecogniseTab
from enhancer.ui.lab_repair import RepairTab
from enhancer.ui.lab_scene import SceneTab
from enhancer.ui.lab_synthesise import SynthesiseTab

LAB = "Lab"


def lab_tab(engine: Engine, examples: list[Path], digits: list[Path], shapes: list[Path]) -> None:
    """Lay the tabs out and wire them; `digits` and `shapes` are pictures of these to try."""
    with gr.Tabs(elem_id="lab-rooms", overflow_behavior="wrap"):
        with gr.Tab("Repair", id="repair"):
            RepairTab(engine, examples)
        with gr.Tab("Recognise", id="recognise"):
            RecogniseTab(engine.settings, digits)
        with gr.Tab("Detect", id="detect"):
            DetectTab(engine, [*shapes, *examples[:2]])
        with gr.Tab("Synthesise", id="synthesise"):
            SynthesiseTab(engine.settings, [*digits, *examples[:2]])
        with gr.Tab("Explain", id="explain"):
            ExplainTab(engine.settings, [*digits[:2], *examples[:2]])
        with gr.Tab("Medical", id="medical"):
            SceneTab(MEDICAL, engine.settings)
        with gr.Tab("Satellite", id="satellite"):
            SceneTab(SATELLITE, engine.settings)
