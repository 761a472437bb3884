"""From another tab to the Enhance tab: its form is set, and the page goes there."""

from typing import Any

import gradio as gr

from enhancer.evidence.recipe import Step
from enhancer.ui.jobs import Update
from enhancer.ui.recipe_link import RecipeLink, filled
from enhancer.ui.words import said

ENHANCE = "enhance"  # the id of the tab


class HandOver:
    """`outputs` are the components that `take` changes; `link` is what else sets that form."""

    def __init__(self, tabs: gr.Tabs, link: RecipeLink) -> None:
        self.tabs, self._link = tabs, link
        self.outputs: list[Any] = [tabs, *link.outputs]

    def take(self, step: Step, told: str) -> Update:
        """Go to the Enhance tab with the options of a step set there; the others stay as they are."""
        form = filled(self._link.controls, step)
        return {self.tabs: gr.Tabs(selected=ENHANCE), **form, self._link.status: said(told, "good")}
