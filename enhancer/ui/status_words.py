"""How the server is, in plain words and drawings for the person who runs it."""

import time
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from enhancer.monitor import Monitor, Sample
from enhancer.monitor.history import EVERY, KEPT, grown, line
from enhancer.monitor.meters import CONSISTENT, GAINS
from enhancer.ui.status_charts import Series, bars, lines, spread
from enhancer.ui.words import chips, duration, fact_list, said
from enhancer.watch import What

MINUTE, MINUTES = 60.0, int(KEPT * EVERY / 60)
GB = 1e9
WELL, BUSY = "Everything works.", "Busy: some pictures wait for their turn."
KINDS = {  # what each kind of failure means, and whose it is
    "BadPicture": "Pictures that were damaged, or over a limit",
    "NotAPicture": "Files that were no pictures",
    "BadVideo": "Videos that were damaged, or over a limit",
    "TooSlow": "Pictures that took too long to read",
    "BadArchive": "ZIP files that were damaged, over a limit, or held something else",
    "BadOptions": "Options that do not exist or do not fit",
    "Unwritable": "Results for which the folder took no files",
    "BadRecipe": "Recipes that were damaged, or of another version",
    "UnknownModel": "Models that do not exist",
    "WeightsUnavailable": "Models that could not be fetched",
    "WeightsRefused": "Models whose files were not what they should be",
    "OutOfMemory": "Pictures for which the memory did not suffice",
    "WorkerLost": "Pictures whose process was ended, or did not answer",
    "DiskFull": "Pictures for which the disk had no room",
    "Refused": "Requests turned away: too many at once, too slow, or for what there is not",
    "Unexpected": "Faults of the program; the log says more",
}
OURS = ("Unexpected", "OutOfMemory", "WorkerLost", "DiskFull", "WeightsUnavailable", "WeightsRefused")
FIT = (
    "Every enlarged picture is shrunk back and compared with what it was made of. From 45 dB (decibels) on, the two "
    "look alike; below 30 they visibly differ."
)
GAIN = "Where people asked for a self-test: by how many decibels a model beat a plain resize on their own picture."
PROGRAMS = "For Prometheus, all of this and more stands at /metrics; an alert file and a Grafana board are in hosting/."


def status(monitor: Monitor) -> str:
    """The whole tab."""
    samples = monitor.history.samples()
    charts = [_pictures(samples), _stages(samples), _load(samples), _memory(samples)]
    return (
        f"<div class='status'>{_state(monitor, samples[-1])}{_facts(monitor, samples[-1])}"
        f"<div class='charts pairs'>{''.join(charts)}</div>"
        f"<div class='charts'>{_fit(monitor)}{_gain(monitor)}{_failures(monitor)}</div>{said(PROGRAMS)}</div>"
    )


def _state(monitor: Monitor, now: Sample) -> str:
    canary = monitor.canary
    if monitor.obstacle is not None:
        text, kind = monitor.obstacle, "bad"
    else:
        text, kind = (BUSY, "calm") if now.values["waiting"] else (WELL, "good")
    tried = ("No canary: the server does not try itself", "")
    if canary is not None:
        missed = ("The server's own try-out picture: missed", "no")
        well = ("The server's own try-out picture: well", "yes")
        tried = missed if canary.misses else well
    up = (f"Running for {_long(time.time() - monitor.began)}", "")
    return f"<div class='state'>{said(text, kind)}<div class='chips'>{chips([tried, up])}</div></div>"


def _facts(monitor: Monitor, now: Sample) -> str:
    asked = monitor.meters.by(What.REMEMBERED, "outcome")
    again = f"{asked['hit'] / sum(asked.values()):.0%}" if sum(asked.values()) else "–"
    return (
        "<div class='card'>"
        + fact_list(
            [
                ("Pictures done", f"{now.values['done']:.0f}"),
                ("Failed", f"{now.values['failed']:.0f}"),
                ("At work now", f"{now.values['working']:.0f}"),
                ("Waiting now", f"{now.values['waiting']:.0f}"),
                ("Answered from memory", again),
                ("Memory", _gigabytes(now.values["memory"])),
            ]
        )
        + "</div>"
    )


def _pictures(samples: Sequence[Sample]) -> str:
    done = Series("done", "go", grown(samples, "done", MINUTE, MINUTES))
    failed = Series("failed", "bad", grown(samples, "failed", MINUTE, MINUTES))
    what = "Previews, whole pictures and measurements, from the page and from programs."
    return _chart("Pictures a minute", what, bars([done, failed], _ago(), "{:.0f}".format), [done, failed])


def _stages(samples: Sequence[Sample]) -> str:
    stages = (("reading files", "reading", "soft"), ("networks", "drawing", "go"), ("writing files", "writing", "warm"))
    series = [Series(name, kind, grown(samples, key, MINUTE, MINUTES)) for name, key, kind in stages]
    what = "Seconds of work in each minute; a processor core that is always busy gives 60."
    return _chart("Where the time goes", what, bars(series, _ago(), _seconds), series)


def _load(samples: Sequence[Sample]) -> str:
    found = {name: line(samples, name) for name in ("working", "waiting")}
    series = [
        Series("at work", "go", [value for _, value in found["working"]]),
        Series("waiting", "warm", [value for _, value in found["waiting"]]),
    ]
    drawn = lines(series, _places(found["working"]), "{:.0f}".format)
    return _chart("How busy it is", "Pictures at work and pictures that wait for their turn.", drawn, series)


def _memory(samples: Sequence[Sample]) -> str:
    found = line(samples, "memory")
    series = [Series("memory", "go", [value for _, value in found])]
    drawn = lines(series, _places(found), _gigabytes, GB)
    return _chart("Memory", "What this program holds. It should come back to where it was after each picture.", drawn)


def _chart(title: str, what: str, drawn: str, legend: Sequence[Series] = ()) -> str:
    keys = "".join(f"<span class='key {s.kind}'>{escape(s.name)}</span>" for s in legend)
    return (
        f"<figure class='card chart'><h4>{escape(title)}</h4><p>{escape(what)}</p><div class='keys'>{keys}</div>{drawn}"
        f"<figcaption><span>{MINUTES} minutes ago</span><span>now</span></figcaption></figure>"
    )


def _fit(monitor: Monitor) -> str:
    counts = monitor.meters.buckets(What.CONSISTENCY)
    kinds = ["bad" if high <= 30 else "warm" if high <= 45 else "go" for high in (*CONSISTENT, 100.0)]
    return _spread("How true enlarged pictures stay", FIT, counts, _ranges(CONSISTENT), kinds)


def _gain(monitor: Monitor) -> str:
    counts = monitor.meters.buckets(What.GAIN)
    kinds = ["bad" if high <= -0.1 else "warm" if high <= 0.1 else "go" for high in (*GAINS, 100.0)]
    return _spread("What the networks gain", GAIN, counts, _ranges(GAINS), kinds)


def _spread(title: str, what: str, counts: Sequence[float], names: Sequence[str], kinds: Sequence[str]) -> str:
    drawn = spread(counts, names, kinds) if sum(counts) else said("Nothing measured yet.")
    return f"<figure class='card chart'><h4>{escape(title)}</h4><p>{escape(what)}</p>{drawn}</figure>"


def _failures(monitor: Monitor) -> str:
    counts = {kind: count for kind, count in monitor.meters.by(What.FAILED, "kind").items() if count}
    rows = "".join(_failure(*row) for row in sorted(counts.items(), key=lambda row: -row[1]))
    listed = f"<ul class='wrongs'>{rows}</ul>" if rows else said("Nothing went wrong since the start.")
    what = "Since the start. In red what is not the fault of a file or a request."
    return f"<figure class='card chart'><h4>What went wrong</h4><p>{what}</p>{listed}</figure>"


def _failure(kind: str, count: float) -> str:
    mark = "bad" if kind in OURS else ""
    return f"<li><span>{escape(KINDS.get(kind, kind))}</span><b class='{mark}'>{count:.0f}</b></li>"


def _ranges(limits: Sequence[float]) -> list[str]:
    between = [f"{low:g} to {high:g} dB" for low, high in pairwise(limits)]
    return [f"under {limits[0]:g} dB", *between, f"over {limits[-1]:g} dB"]


def _ago() -> list[str]:
    return [f"{n} minute{'s' * (n > 1)} ago" for n in range(MINUTES, 1, -1)] + ["in the last minute"]


def _places(found: Sequence[tuple[float, float]]) -> list[float]:
    return [1 - ago / (MINUTES * MINUTE) for ago, _ in found]


def _seconds(value: float) -> str:
    return duration(value) if value else "0 s"


def _gigabytes(count: float) -> str:
    return f"{count / GB:.2f} GB"


def _long(seconds: float) -> str:
    if seconds < 2 * 3600:
        return duration(seconds)
    return f"{seconds / 3600:.0f} hours" if seconds < 48 * 3600 else f"{seconds / 86400:.0f} days"
