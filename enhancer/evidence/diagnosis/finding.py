"""What a diagnosis says: one figure for each question, with what was measured and what it means."""

from dataclasses import dataclass

NONE, MILD, STRONG, UNKNOWN = "none", "mild", "strong", "unknown"
UNSEEN = "Too little of the picture is visible to measure this."
SEVERITIES = (NONE, MILD, STRONG, UNKNOWN)


@dataclass(frozen=True)
class Finding:
    """One measurement. `value` is None where nothing could be measured, or nothing of the kind was found.

    `evidence` says in plain words what was measured, `verdict` what it means; `severity` is one of `SEVERITIES`.
    """

    id: str
    title: str
    value: float | None
    unit: str
    evidence: str
    severity: str
    verdict: str

    @property
    def found(self) -> bool:
        """Whether there is something to mend."""
        return self.severity in (MILD, STRONG)


@dataclass(frozen=True)
class Diagnosis:
    """All findings about a picture of `width` x `height` pixels."""

    width: int
    height: int
    findings: tuple[Finding, ...]

    def __getitem__(self, finding_id: str) -> Finding:
        """The finding with this id. Raises KeyError naming the known ones."""
        for finding in self.findings:
            if finding.id == finding_id:
                return finding
        raise KeyError(f"there is no finding {finding_id!r}; known: {', '.join(f.id for f in self.findings)}")
