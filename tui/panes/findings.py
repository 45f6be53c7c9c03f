"""What rules and detectors say about a run: how grave it is, the sentence, and the record to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.marks import SEVERITY
from tui.panes.line import Line, labelled
from tui.spans import spans
from tui.wording import ago

if TYPE_CHECKING:
    from state.findings.finding import Finding
    from state.runs.card import Card


def findings(card: Card, now: float) -> Iterator[Line]:
    """Give one line a finding, the gravest first; its records can be opened."""
    return (finding_line(one, now) for one in card.findings)


def finding_line(finding: Finding, now: float) -> Line:
    """Give the line of one finding."""
    mark = SEVERITY[finding.severity]
    more = f" · {len(finding.evidence)} records" if len(finding.evidence) > 1 else ""
    since = f" · {ago(finding.since, now)}" if finding.since is not None else ""
    line = labelled(
        spans((f"{mark.glyph} {mark.word}", mark.role)),
        (finding.text, "text" if finding.severity == "note" else mark.role),
        (f"{more}{since}", "dim"),
        tail=finding.evidence[0] if finding.evidence else None,
        copy=finding.text,
    )
    return replace(line, what="finding", sources=finding.evidence)
