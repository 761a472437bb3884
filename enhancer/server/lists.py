"""GET: what there is, as data. Everything is read from the tables of tasks, models and metrics."""

from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from typing import Any

from fastapi import APIRouter

from enhancer.evidence.cards import CardRow, cards
from enhancer.evidence.measure import known_speeds
from enhancer.metrics import METRICS
from enhancer.options import limits_of, value_type
from enhancer.server.service import Service
from enhancer.tasks import TASKS
from enhancer.tasks.task import Task

NAMES: dict[type, str] = {int: "integer", float: "number", bool: "boolean", str: "string"}  # in JSON


def lists(service: Service) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["What there is"])

    def get(path: str, summary: str, rows: Callable[[], list[dict[str, Any]]]) -> None:
        router.add_api_route(path, rows, summary=summary, operation_id=path.strip("/"))

    get("/tasks", "What can be done to a picture, with all options", lambda: [task_row(t) for t in TASKS.values()])
    get(
        "/models",
        "The catalogue: what each model is for, its figures, its time here, its licence",
        lambda: models(service),
    )
    get("/metrics", "What can be measured, and which way is better", metrics)
    return router


def task_row(task: Task) -> dict[str, Any]:
    """A task as JSON."""
    told = {"id": task.id, "title": task.title, "summary": task.summary, "family": task.family}
    return {**told, "options": [{"name": n, **schema} for n, schema in option_schemas(task.options).items()]}


def option_schemas(options: type) -> dict[str, dict[str, Any]]:
    """The JSON schema of each option, by name, in the order that they are listed in."""
    found = dict[str, dict[str, Any]]()
    for f in fields(options):
        limits = limits_of(f)
        schema = {
            "type": NAMES[value_type(options, f.name)],
            "description": limits.help,
            "default": None if f.default is MISSING else f.default,
            "minimum": limits.minimum,
            "maximum": limits.maximum,
            "enum": None if limits.choices is None else list(limits.choices),
        }
        found[f.name] = {name: value for name, value in schema.items() if value is not None}
    return found


INSIDE = ("pictures", "successes", "scores", "spread")  # of a card: places on this disk, and what `figures` says


def models(service: Service) -> list[dict[str, Any]]:
    """The catalogue as JSON; no places on the disk of the server."""
    speeds = known_speeds(service.engine, tuple(service.catalog))
    return [_model(row) for row in cards(service.catalog, speeds, service.settings)]


def _model(row: CardRow) -> dict[str, Any]:
    told = {name: value for name, value in asdict(row).items() if name not in INSIDE}
    return {**told, "figures": dict(row.figures)}


def metrics() -> list[dict[str, Any]]:
    """The metrics as JSON."""
    return [{name: v for name, v in asdict(m).items() if name != "function"} for m in METRICS.values()]
