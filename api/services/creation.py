"""Creating experiments: written first, announced after; a repeat under the same key gets the first answer."""

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.documents import invalid
from api.limits import PARAMETERS
from gradus.errors import Conflict
from gradus.spec.experiment import Experiment
from gradus.spec.network import plan
from gradus.status import EventKind
from gradus.summary import dry_run
from gradus.wire.experiment import DryRun
from gradus.wire.problem import Mistake
from hub import events, experiments, idempotency
from hub.database import now
from hub.events import Event
from hub.hub import Hub
from hub.outbox import outbox
from hub.records import record


@dataclass(frozen=True)
class Creation:
    """What came of a request to create an experiment."""

    id: str
    answer: str
    """The experiment as it was when it was created, JSON."""
    version: int | None
    """Which version `answer` shows; None if an earlier request with the same key created the experiment."""


def preview(experiment: Experiment) -> DryRun:
    """What it would come to; nothing is stored.

    Raises:
        InvalidSpec: the network is too large.
    """
    refuse_giants(experiment)
    return dry_run(experiment)


def create(hub: Hub, experiment: Experiment, key: str | None) -> Creation:
    """Store it and tell the workers; under a key that was used before, find what was created then.

    Raises:
        InvalidSpec: the network is too large.
        Conflict: the key was used for another experiment.
    """
    refuse_giants(experiment)
    with hub.write() as session:
        if key is None:
            return _create(session, experiment)
        digest = hashlib.sha256(experiment.model_dump_json().encode()).hexdigest()
        first = idempotency.claim(session, key)
        if first is None:
            return _create(session, experiment, key, digest)
        if first.body != digest:
            raise Conflict(
                f"the Idempotency-Key was used for another experiment, {first.experiment_id}: take a new key",
                code="idempotency_conflict",
            )
        return Creation(first.experiment_id, first.answer, None)


def refuse_giants(experiment: Experiment) -> None:
    """Layers that are each within bounds can still come to too many parameters.

    Raises:
        InvalidSpec: they do.
    """
    parameters = plan(experiment).parameters
    if parameters > PARAMETERS:
        message = f"the network has {parameters:,} parameters, and {PARAMETERS:,} are allowed: take fewer units"
        raise invalid(Mistake(path="layers", message=message))


def _create(session: Session, experiment: Experiment, key: str | None = None, digest: str = "") -> Creation:
    at = now(session)
    row = experiments.add(session, experiment, at)
    seen = record(row)
    answer = seen.model_dump_json()
    if key is not None:
        idempotency.keep(session, key, digest, answer, row.id, at)
    outbox(session).hints.append((row.job_id, experiment.device))
    events.append(session, [Event(row.id, EventKind.STATUS, seen)], at)
    session.refresh(row, ["version"])  # writing events moves it on
    return Creation(row.id, answer, row.version)
