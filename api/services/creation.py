"""Creation of experiments. Workers get the job message after the commit; a repeated request gets the first response."""

from sqlalchemy.orm import Session

from api.http.parsing import invalid
from api.services import facts
from api.services.data_findings import findings_of
from api.services.idempotency import Outcome, once
from gradus.resolved import ResolvedSpec
from gradus.spec.device import choice_of
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
from hub.experiments.prepared import PreparedExperiment, prepare
from hub.hub import Hub
from hub.jobs import device_demand
from hub.messaging.outbox import outbox
from hub.tables import ExperimentRow


def preview(hub: Hub, workspace_id: str, experiment: Spec) -> DryRun:
    """The facts of an experiment, such as its parameters, without storing it.

    Raises:
        InvalidSpec: the spec does not fit its data set, or the experiment exceeds a quota.
    """
    with facts.Lookup(hub, workspace_id) as lookup:
        resolved = facts.resolved_with(lookup, experiment)
        check_quotas(hub, resolved)
        digest = resolved.spec.dataset.digest
        found = () if digest is None else findings_of(resolved, lookup.table(digest).folder)
    return dry_run(resolved).model_copy(update={"findings": found})


def create(hub: Hub, workspace_id: str, experiment: Spec, key: str | None) -> Outcome:
    """Store and queue an experiment. With an idempotency key that was used before, return what was created then.

    Raises:
        InvalidSpec: the spec does not fit its data set, or the experiment exceeds a quota.
        TooManyRequests: too many experiments are queued.
        Conflict: the key was used for another request.
    """
    resolved = facts.resolved(hub, workspace_id, experiment)
    check_quotas(hub, resolved)
    repeatable = idempotency.repeatable(workspace_id, key, experiment.model_dump_json())
    new = prepare(resolved)
    return once(hub, repeatable, lambda session: outcome(session, store(session, hub, workspace_id, new), resolved))


def check_quotas(hub: Hub, resolved: ResolvedSpec) -> None:
    """Check the quotas: a spec may exceed them although each field is within its bounds.

    Raises:
        InvalidSpec: the experiment exceeds a quota.
    """
    mistakes = quotas.mistakes(resolved, hub.settings.quotas)
    if mistakes:
        raise invalid(*mistakes)


def store(
    session: Session, hub: Hub, workspace_id: str, new: PreparedExperiment, origin: Origin | None = None
) -> ExperimentRow:
    """Store an experiment, and queue it once the transaction commits.

    Raises:
        TooManyRequests: too many experiments are queued.
    """
    at = now(session)
    quotas.check_queue_quota(session, workspace_id, 1, hub.settings.quotas)
    row = experiments.add(session, workspace_id, new, at, origin)
    outbox(session).jobs.append((row.job_id, choice_of(new.spec.device)))
    waits = device_demand.warnings(session, [(row.id, choice_of(new.spec.device))])
    events.append(session, [Event(row.id, EventKind.STATUS, record(row, new.spec)), *waits], at)
    session.refresh(row, ["version", "events"])  # writing events changes both columns
    return row


def outcome(session: Session, row: ExperimentRow, resolved: ResolvedSpec, base: Spec | None = None) -> Outcome:
    """The response: the experiment's present state. `base` is the spec that it was forked from."""
    detailed_record = detailed(session, row, resolved, base)
    return Outcome(row.id, detailed_record.model_dump_json(), row.version, detailed_record)
