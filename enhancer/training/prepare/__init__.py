"""From folders of photographs to clean, equal tiles that a training may learn from."""

from enhancer.training.prepare.command import add_command
from enhancer.training.prepare.plan import Plan
from enhancer.training.prepare.run import prepare

__all__ = ["Plan", "add_command", "prepare"]
