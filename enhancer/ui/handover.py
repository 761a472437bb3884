"""From another tab to the Enhance tab: its form is set, its picture where one comes along, and the page goes there."""

from typing import Any

import gradio as gr

from enhancer.evidence.recipe import Step
from enhancer.ui.controls import Controls
from enhancer.ui.jobs import Update
from enhancer.ui.picture_input import PictureInput, Source
from enhancer.ui.recipe_link import RecipeLink, filled
from enhancer.ui.words import said

ENHANCE = "enhance"  # the id of the tab


class HandOver:
    """`outputs` are what `take` changes, with `picture` what `carry` changes; `link` is what else sets that form."""

    def __init__(self, tabs: gr.Tabs, link: RecipeLink, entry: PictureInput) -> None:
        self.tabs, self._link, self._entry = tabs, link, entry
        self.outputs: list[Any] = [tabs, *link.outputs]
        self.picture: list[Any] = [entry.image, entry.source]

    @property
    def controls(self) -> Controls:
        """The form."""
        return self._link.controls

    def take(self, step: Step, told: str) -> Update:
        """Go to the Enhance tab with the options of a step set there; the others stay as they are."""
        form = filled(self._link.controls, step)
        return {self.tabs: gr.Tabs(selected=ENHANCE), **form, self._link.status: said(told, "good")}

    def carry(self, image: str, source: Source, centre: tuple[float, float], step: Step, told: str) -> Update:
        """The same with a picture, whose preview looks at `centre`, fractions of width and height.

        `image` is what a picture box shows, `source` what it remembers. Raises BadPicture where the server has cleared
        the file away.
        """
        looking = self._entry.looking_at(source, centre)
        return {self._entry.image: image, self._entry.source: looking, **self.take(step, told)}
