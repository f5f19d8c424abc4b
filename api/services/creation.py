"""Creating experiments: written first, announced after; a repeat under the same key gets the first answer."""

from sqlalchemy.orm import Session

from api.http.parsing import invalid
from api.services.idempotency import Outcome, once
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from gradus.status import EventKind
from gradus.summary import dry_run
from gradus.wire.experiment import DryRun
from hub import idempotency
from hub.access import quotas
from hub.database.database import now
from hub.experiments import events, experiments
from hub.experiments.details import detailed
from hub.experiments.events import Event
from hub.experiments.experiments import Origin
from hub.experiments.mapping import record
from hub.experiments.prepared import PreparedExperiment, prepare_resolved
from hub.hub import Hub
from hub.jobs import device_demand
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow


def preview(hub: Hub, experiment: Spec) -> DryRun:
    """What it would come to; nothing is stored.

    Raises:
        InvalidSpec: it is over a quota.
    """
    resolved = resolve(experiment)
    refuse_giants(hub, resolved)
    return dry_run(resolved)


def create(hub: Hub, workspace_id: str, experiment: Spec, key: str | None) -> Outcome:
    """Store it and tell the workers; under a key that was used before, find what was created then.

    Raises:
        InvalidSpec: it is over a quota.
        TooManyRequests: too many wait.
        Conflict: the key was used for something else.
    """
    resolved = resolve(experiment)
    refuse_giants(hub, resolved)
    asked = idempotency.repeatable(workspace_id, key, experiment.model_dump_json())
    new = prepare_resolved(resolved)
    return once(hub, asked, lambda session: outcome(session, store(session, hub, workspace_id, new), resolved))


def refuse_giants(hub: Hub, resolved: ResolvedSpec) -> None:
    """What is within the bounds of each field can still come to too much.

    Raises:
        InvalidSpec: it does.
    """
    over = quotas.mistakes(resolved, hub.settings.quotas)
    if over:
        raise invalid(*over)


def store(
    session: Session, hub: Hub, workspace_id: str, new: PreparedExperiment, origin: Origin | None = None
) -> ExperimentRow:
    """Write it down, and tell the workers once that is committed.

    Raises:
        TooManyRequests: too many wait.
    """
    at = now(session)
    quotas.refuse_if_full(session, workspace_id, 1, hub.settings.quotas)
    row = experiments.add(session, workspace_id, new, at, origin)
    outbox(session).jobs.append((row.job_id, new.spec.device))
    waits = device_demand.warnings(session, [(row.id, new.spec.device)])
    events.append(session, [Event(row.id, EventKind.STATUS, record(row, new.spec)), *waits], at)
    session.refresh(row, ["version", "events"])  # writing events moves them on
    return row


def outcome(session: Session, row: ExperimentRow, resolved: ResolvedSpec) -> Outcome:
    """The experiment of this spec as it is now."""
    seen = detailed(session, row, resolved)
    return Outcome(row.id, seen.model_dump_json(), row.version, seen)
