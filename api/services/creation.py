"""Creating experiments: written first, announced after; a repeat under the same key gets the first answer."""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.documents import invalid
from gradus.errors import Conflict
from gradus.spec.experiment import Experiment
from gradus.status import EventKind
from gradus.summary import dry_run
from gradus.wire.experiment import DryRun
from hub import events, experiments, idempotency, quotas
from hub.database import now
from hub.events import Event
from hub.experiments import Origin
from hub.hub import Hub
from hub.outbox import outbox
from hub.records import record
from hub.tables import ExperimentRow


@dataclass(frozen=True)
class Creation:
    """What came of a request to create an experiment."""

    id: str
    answer: str
    """The experiment as it was when it was created, JSON."""
    version: int | None
    """Which version `answer` shows; None if an earlier request with the same key created the experiment."""


def preview(hub: Hub, experiment: Experiment) -> DryRun:
    """What it would come to; nothing is stored.

    Raises:
        InvalidSpec: it is over a quota.
    """
    refuse_giants(hub, experiment)
    return dry_run(experiment)


def create(hub: Hub, workspace_id: str, experiment: Experiment, key: str | None) -> Creation:
    """Store it and tell the workers; under a key that was used before, find what was created then.

    Raises:
        InvalidSpec: it is over a quota.
        TooManyRequests: too many wait.
        Conflict: the key was used for another experiment.
    """
    refuse_giants(hub, experiment)
    with hub.write() as session:
        if key is None:
            return _create(session, hub, workspace_id, experiment)
        digest = hashlib.sha256(experiment.model_dump_json().encode()).hexdigest()
        first = idempotency.claim(session, workspace_id, key)
        if first is None:
            return _create(session, hub, workspace_id, experiment, key, digest)
        if first.body != digest:
            raise Conflict(
                f"the Idempotency-Key was used for another experiment, {first.experiment_id}: take a new key",
                code="idempotency_conflict",
            )
        return Creation(first.experiment_id, first.answer, None)


def refuse_giants(hub: Hub, experiment: Experiment) -> None:
    """What is within the bounds of each field can still come to too much.

    Raises:
        InvalidSpec: it does.
    """
    over = quotas.mistakes(experiment, hub.settings.quotas)
    if over:
        raise invalid(*over)


def _create(
    session: Session, hub: Hub, workspace_id: str, experiment: Experiment, key: str | None = None, digest: str = ""
) -> Creation:
    row = store(session, hub, workspace_id, experiment)
    answer = record(row).model_dump_json()
    if key is not None:
        idempotency.keep(session, workspace_id, key, digest, answer, row.id, row.created_at)
    return Creation(row.id, answer, row.version)


def store(
    session: Session, hub: Hub, workspace_id: str, experiment: Experiment, origin: Origin | None = None
) -> ExperimentRow:
    """Write it down, and tell the workers once that is committed.

    Raises:
        TooManyRequests: too many wait.
    """
    at = now(session)
    quotas.refuse_if_full(session, workspace_id, 1, hub.settings.quotas)
    row = experiments.add(session, workspace_id, experiment, at, origin)
    outbox(session).hints.append((row.job_id, experiment.device))
    events.append(session, [Event(row.id, EventKind.STATUS, record(row))], at)
    session.refresh(row, ["version"])  # writing events moves it on
    return row
