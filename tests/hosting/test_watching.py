"""The alert file and the board can be read, and every figure that they speak of is one that the program gives."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from enhancer import watch
from enhancer.engine import Engine
from enhancer.models.catalog import CATALOG
from enhancer.models.store import Store
from enhancer.monitor import Monitor
from enhancer.monitor.meters import FAILURES, METERS
from enhancer.settings import Settings
from tests.conftest import ROOT

HOSTING = ROOT / "hosting"
NAME, LABELS = re.compile(r"\b(?:enhancer|process)_\w+|\bup\b"), re.compile(r"\{([^}]*)\}")
OF_PROMETHEUS = {"up"}


@pytest.fixture(scope="module")
def given() -> Iterator[dict[str, set[str]]]:
    """Every sample of /metrics with the names of its labels, after each thing has happened once."""
    settings = Settings(device="cpu")
    monitor = Monitor(Engine(Store(settings), settings), CATALOG)
    watch.listen(monitor.meters)
    for what, meter in METERS.items():
        watch.tell(what, 1.0, **dict.fromkeys(meter.labels, "x"))
    found = dict[str, set[str]]()
    for name, labels in monitor.meters.values():
        found.setdefault(name, set()).update(dict(labels))
    yield found
    watch._listeners = ()


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((HOSTING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((HOSTING / "grafana.json").read_text(encoding="utf-8"))["panels"]
    return found


EXPRESSIONS = [rule["expr"] for rule in rules()] + [target["expr"] for p in panels() for target in p["targets"]]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_figure_exists_with_its_labels(expression: str, given: dict[str, set[str]]) -> None:
    names = NAME.findall(expression)
    assert names
    assert set(names) <= set(given) | OF_PROMETHEUS
    there = {"job"}.union(*(given.get(name, set()) for name in names))
    asked = {label for part in LABELS.findall(expression) for label in re.findall(r"(\w+)(?:=~|!=|=)", part)}
    grouped = {label.strip() for part in re.findall(r"by \(([^)]*)\)", expression) for label in part.split(",")}
    assert asked | grouped <= there
    assert expression.count("(") == expression.count(")")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_limit_of_a_range_and_every_kind_exists(expression: str) -> None:
    limits = {str(float(b)) for meter in METERS.values() for b in meter.buckets}
    assert set(re.findall(r'le="([^"]*)"', expression)) <= limits
    for kinds in re.findall(r'kind=~"([^"]*)"', expression):
        assert set(kinds.split("|")) <= {*FAILURES, watch.UNEXPECTED}


def test_every_alert_says_what_it_means_and_what_to_do() -> None:
    for rule in rules():
        assert set(rule["annotations"]) == {"summary", "action"}
        assert rule["labels"]["severity"] in ("page", "warn")
    assert len({rule["alert"] for rule in rules()}) == len(rules()) >= 8


def test_panels_have_names_and_do_not_overlap() -> None:
    taken = set[tuple[int, int]]()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert panel["title"]
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_prometheus_reads_the_alerts() -> None:
    config = yaml.safe_load((HOSTING / "prometheus.yml").read_text(encoding="utf-8"))
    assert all((HOSTING / name).is_file() for name in config["rule_files"])
    assert config["scrape_configs"][0]["job_name"] == "image-enhancer"
