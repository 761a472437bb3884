"""Filters from before networks, linear and not: cheap, foreseeable, and the yardstick for the learned ones."""

from enhancer.tasks.classical_denoise import DENOISE
from enhancer.tasks.classical_detail import DETAIL
from enhancer.tasks.classical_equalise import EQUALISE
from enhancer.tasks.classical_tone import TONE
from enhancer.tasks.task import Task

CLASSICAL: tuple[Task, ...] = (*TONE, *EQUALISE, *DETAIL, *DENOISE)
