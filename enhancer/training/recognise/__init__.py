"""The lessons of names: what a picture shows, from folders of classes or known files, and what ails it."""

from enhancer.training.recognise.faults import Inspecting
from enhancer.training.recognise.lesson import Recognition
from enhancer.training.recognise.recipe import (
    FAULT_SUMMARIES,
    INSPECTIONS,
    RECOGNITIONS,
    SUMMARIES,
    Course,
    Inspection,
)
from enhancer.training.recognise.sources import Labelled, read_labelled

__all__ = [
    "FAULT_SUMMARIES",
    "INSPECTIONS",
    "RECOGNITIONS",
    "SUMMARIES",
    "Course",
    "Inspecting",
    "Inspection",
    "Labelled",
    "Recognition",
    "read_labelled",
]
