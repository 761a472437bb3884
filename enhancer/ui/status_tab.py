"""The Status tab: how the server is, drawn anew every few seconds while somebody looks at it."""

import gradio as gr

from enhancer.monitor import Monitor
from enhancer.monitor.history import EVERY
from enhancer.ui.jobs import Update
from enhancer.ui.parts import QUIET
from enhancer.ui.status_words import status

STATUS = "Status"


class StatusTab:
    """The component of the tab and its clock, which runs while the tab is the one of `tabs` that is looked at."""

    def __init__(self, room: gr.Tab, tabs: gr.Tabs, monitor: Monitor) -> None:
        self.monitor, self.place = monitor, tabs.children.index(room)
        self.shown = gr.HTML(elem_id="status")
        self.clock = gr.Timer(EVERY, active=False)
        tabs.select(self.turn, None, [self.clock, self.shown], queue=False, **QUIET)
        self.clock.tick(self.show, None, self.shown, queue=False, **QUIET)

    def turn(self, event: gr.SelectData) -> Update:
        """Another tab is looked at."""
        here = event.index == self.place  # its name is another in another language
        return {self.clock: gr.Timer(active=here)} | ({self.shown: self.show()} if here else {})

    def show(self) -> str:
        """How the server is now."""
        return status(self.monitor)
