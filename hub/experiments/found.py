"""Findings about a run, recorded while it trains. Each has an event when it is new, and again when it changes."""

import json
from collections.abc import Sequence

from gradus.status import EventKind
from gradus.wire.finding import Finding
from hub.experiments.events import Event
from hub.experiments.mapping import stored_findings
from hub.tables import ExperimentRow

OF_DATA = "data_"
"""Prefix of the ids of findings about data, which `hub.jobs.data_findings` records."""
OVER = "No longer so"


def update(row: ExperimentRow, found: Sequence[Finding], epoch: int) -> list[Event]:
    """Record what was found about a locked experiment after this epoch, in place of what was found before. Returns the
    events, which the caller must append.

    An alarm that no longer holds stays as a note. There is an event for a finding when it is new, and again when its
    severity, its layer or its cause changes. Its numbers change with every epoch and cause no event.
    """
    stored = stored_findings(row)
    known = {one.id: one for one in stored if _is_of_run(one)}
    present = {one.id for one in found}
    over = [_over(one, epoch) for one in known.values() if one.id not in present and _held(one)]
    now = [*(one for one in stored if not _is_of_run(one)), *found, *over]
    if not now and not stored:
        return []
    row.findings = json.dumps([one.model_dump(mode="json") for one in now])
    return [Event(row.id, EventKind.FINDING, one) for one in (*found, *over) if _is_news(one, known.get(one.id))]


def _is_of_run(finding: Finding) -> bool:
    return not finding.id.startswith(OF_DATA)


def _held(finding: Finding) -> bool:
    """Whether the finding is an alarm, or was one earlier."""
    return finding.severity != "note" or finding.because.startswith(OVER)


def _over(finding: Finding, epoch: int) -> Finding:
    if finding.because.startswith(OVER):
        return finding
    because = f"{OVER} after epoch {epoch}. Before: {finding.because}"
    return finding.model_copy(
        update={"severity": "note", "because": because, "consequence_of": None, "patches": (), "evidence": ()}
    )


def _is_news(finding: Finding, before: Finding | None) -> bool:
    return before is None or any(
        getattr(finding, key) != getattr(before, key) for key in ("severity", "layer", "consequence_of")
    )
