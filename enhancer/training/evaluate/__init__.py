"""The published protocols, measured through the engine that the page uses."""

from enhancer.training.evaluate.command import add_command, bench_engine, evaluate, protocols_of
from enhancer.training.evaluate.protocol import Case, Column, Protocol, Row
from enhancer.training.evaluate.protocols import PROTOCOLS
from enhancer.training.evaluate.report import lines, markdown, stated
from enhancer.training.evaluate.runner import run_protocol

__all__ = [
    "PROTOCOLS",
    "Case",
    "Column",
    "Protocol",
    "Row",
    "add_command",
    "bench_engine",
    "evaluate",
    "lines",
    "markdown",
    "protocols_of",
    "run_protocol",
    "stated",
]
