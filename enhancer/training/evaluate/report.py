"""Rows as people read them: a table of lines, a table for a model card, the figures that the catalogue states."""

from collections.abc import Sequence
from dataclasses import dataclass

from enhancer.training.evaluate.protocol import Protocol, Row


@dataclass(frozen=True)
class Figure:
    """A figure of the catalogue: its label, its text, and by how much another machine may differ."""

    label: str
    text: str
    tolerance: float


def lines(protocol: Protocol, rows: Sequence[Row]) -> list[str]:
    """A line for each row, the head first."""
    heads = "".join(f"{column.heading:>{column.width}}" for column in protocol.columns)
    timed = f"{'s/MP':>8}" if protocol.timed else ""
    text = [f"{protocol.level:<6}{'method':<24}{'set':<12}{'pictures':>8}{heads}{timed}"]
    for row in rows:
        cells = zip(protocol.columns, row.figures, strict=True)
        figures = "".join(f"{value:>{column.width}.{column.digits}f}" for column, value in cells)
        timed = f"{row.seconds:>8.2f}" if protocol.timed else ""
        label = f"{protocol.mark}{row.level}"
        text.append(f"{label:<6}{row.method:<23} {row.set:<12}{row.pictures:>8}{figures}{timed}")
    return text


def stated(protocol: Protocol, rows: Sequence[Row], method: str) -> list[Figure]:
    """What the catalogue says of a method: level by level, set by set, the figure of the input beside each."""
    plain = {(row.level, row.set): row for row in rows if row.method == protocol.baseline}
    figures = []
    for row in rows:
        if row.method != method or row.level not in protocol.stated:
            continue
        for n, column in enumerate(protocol.columns):
            if column.short:
                label = protocol.label.format(set=row.set, level=row.level, column=column.title)
                beside = f"{plain[row.level, row.set].figures[n]:.{column.short}f}"
                text = f"{column.text(row.figures[n], column.short)} ({protocol.baseline} {beside})"
                figures.append(Figure(label, text, column.tolerance))
    return figures


def markdown(protocol: Protocol, rows: Sequence[Row], own: str) -> list[str]:
    """A table in Markdown, `own` in bold: sets side by side, or levels where there are several."""
    levels, sets = (list(dict.fromkeys(values)) for values in ([r.level for r in rows], [r.set for r in rows]))
    single = len(levels) == 1
    heads = sets if single else [f"{protocol.mark}{level}" for level in levels]
    cells: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda r: sets.index(r.set)):
        name = f"**{row.method}**" if row.method == own else row.method
        cells.setdefault(name if single else f"{row.set}, {name}", []).append(_cell(protocol, row))
    table = [["method", *heads], ["---"] * (len(heads) + 1), *([name, *values] for name, values in cells.items())]
    return [f"| {' | '.join(line)} |" for line in table]


def _cell(protocol: Protocol, row: Row) -> str:
    texts = [column.text(value) for column, value in zip(protocol.columns, row.figures, strict=True)]
    return " / ".join([*texts, *([f"{row.seconds:.2f} s per megapixel"] if protocol.timed else [])])
