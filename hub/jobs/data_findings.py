"""Findings about the data of a claimed job, which its worker records."""

import json
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from gradus.status import EventKind
from gradus.wire.finding import Finding
from hub.database.database import now
from hub.experiments.events import Event, append
from hub.experiments.mapping import stored_findings
from hub.jobs import leases
from hub.jobs.leases import Lease
from hub.jobs.runs import training


def record_findings(session: Session, lease: Lease, experiment_ids: Iterable[str], findings: Sequence[Finding]) -> None:
    """Record findings about the data of these experiments. Findings of an earlier attempt are kept, without a new
    event."""
    at = now(session)
    leases.fence(session, lease, at)
    events: list[Event] = []
    for id_ in sorted(experiment_ids):
        row = training(session, lease, id_)
        if row is not None:
            known = stored_findings(row)
            places = {(one.id, one.layer, one.column) for one in known}
            new = [one for one in findings if (one.id, one.layer, one.column) not in places]
            row.findings = json.dumps([one.model_dump(mode="json") for one in (*known, *new)])
            events += [Event(id_, EventKind.FINDING, one) for one in new]
    append(session, events, at)
