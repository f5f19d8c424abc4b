"""Control of existing experiments: cancel, pause, resume, extend, fork."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.http.parsing import invalid
from api.services import creation, facts
from api.services.experiments import VersionedRecord
from api.services.idempotency import Outcome, earlier, once
from api.services.lookup import EXPERIMENTS
from gradus.errors import InvalidSpec
from gradus.fork import changed, misfits
from gradus.resolved import FactsOf, ResolvedSpec, default_validation
from gradus.spec.dataset import Dataset
from gradus.wire.checkpoint import CheckpointPage, CheckpointRecord
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.mistakes import mistakes
from gradus.wire.problem import Mistake
from hub import idempotency
from hub.experiments import forks, provenance
from hub.experiments.details import detailed
from hub.experiments.experiments import Origin
from hub.experiments.mapping import resolved_of
from hub.experiments.prepared import prepare
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import checkpoints, control
from hub.tables import ExperimentRow

ControlRequest = Callable[[Session, ExperimentRow], None]
"""A request to change a locked experiment. Repeating it has no further effect."""


def ask(hub: Hub, workspace_id: str, experiment_id: str, request_change: ControlRequest) -> VersionedRecord:
    """Carry out a control request at once, or leave it for the experiment's worker.

    Raises:
        NotFound: the workspace has no experiment with this id.
        Conflict: its status does not allow it.
    """
    with hub.write() as session:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        request_change(session, row)
        session.refresh(row)  # writing events increments the version
        return VersionedRecord(detailed(session, row), row.version)


def resume(hub: Hub, workspace_id: str, experiment_id: str) -> VersionedRecord:
    """Queue a paused experiment again; it continues where it was paused.

    Raises:
        NotFound: the workspace has no experiment with this id.
        Conflict: its status does not allow it.
        TooManyRequests: too many experiments are queued.
    """
    return ask(hub, workspace_id, experiment_id, partial(control.resume, quotas=hub.settings.quotas))


def extend(hub: Hub, workspace_id: str, experiment_id: str, more: ExtendRequest, key: str | None) -> Outcome:
    """Add epochs to an experiment. A repeat with the same idempotency key adds none.

    Raises:
        NotFound: the workspace has no experiment with this id.
        InvalidSpec: the experiment would exceed a quota or the limit on epochs.
        Conflict: its status does not allow it, or the idempotency key was used for another request.
        TooManyRequests: too many experiments are queued.
    """

    def execute(session: Session) -> Outcome:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        extended_spec = _extended(row, more.epochs)
        creation.check_quotas(hub, extended_spec)
        control.extend(session, row, extended_spec, hub.settings.quotas)
        session.refresh(row)  # writing events increments the version
        return creation.outcome(session, row, extended_spec)

    repeatable = idempotency.repeatable(workspace_id, key, "extend", experiment_id, more.model_dump_json())
    return once(hub, repeatable, execute)


def fork(hub: Hub, workspace_id: str, experiment_id: str, request: ForkRequest, key: str | None) -> Outcome:
    """A new experiment with changes, from the start or from an epoch's checkpoint.

    Raises:
        NotFound: the workspace has no experiment with this id.
        InvalidSpec: the changed spec is invalid, or the checkpoint does not fit it.
        Conflict: the data set was deleted, the experiment has no checkpoint of this epoch, or the idempotency key was
            used for another request.
        TooManyRequests: too many experiments are queued.
    """
    repeatable = idempotency.repeatable(workspace_id, key, "fork", experiment_id, request.model_dump_json())
    if replayed := earlier(hub, repeatable):  # before copying; works even if the checkpoint has been deleted since
        return replayed
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        base = resolved_of(row)
    with facts.Lookup(hub, workspace_id) as lookup:
        resolved = _changed(base, request, lookup)
    creation.check_quotas(hub, resolved)
    with hub.read() as session:
        source = forks.find(session, row.id, request.from_epoch) if request.from_epoch else None
    history = provenance.forked(row.fingerprint, request.from_epoch) if request.from_epoch else None
    new = prepare(resolved)
    origin = Origin(new_id("exp"), row.id, request.from_epoch, history=history)
    with ExitStack() as stack:
        copied = stack.enter_context(forks.copied(hub, source, origin.id)) if source else None

        def execute(session: Session) -> Outcome:
            row = creation.store(session, hub, workspace_id, new, origin)
            if copied is not None:
                forks.keep(session, row, copied)
            return creation.outcome(session, row, resolved, base.spec)

        return once(hub, repeatable, execute)


def kept(hub: Hub, workspace_id: str, experiment_id: str) -> CheckpointPage:
    """The checkpoints of an experiment, newest first.

    Raises:
        NotFound: the workspace has no experiment with this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        rows = checkpoints.newest_first(session, row.id)
        data = tuple(CheckpointRecord.model_validate(checkpoint, from_attributes=True) for checkpoint in rows)
        return CheckpointPage(data=data, last_event=row.events)


def _extended(row: ExperimentRow, epochs: int) -> ResolvedSpec:
    try:
        return control.extended(row, epochs)
    except ValidationError as error:
        raise invalid(*mistakes(error)) from None


def _changed(old: ResolvedSpec, request: ForkRequest, lookup: facts.Lookup) -> ResolvedSpec:
    """The spec of the fork.

    Raises:
        InvalidSpec: the changed spec is invalid, or the checkpoint does not fit it.
    """
    try:
        spec = changed(old.spec, request.changes, _default_validation(old.spec.dataset, lookup.of))
        lookup.require(spec.dataset)
        new = lookup.resolve(spec)
    except ValidationError as error:
        raise _in_changes(mistakes(error)) from None
    except InvalidSpec as error:
        raise _in_changes(error.errors) from None
    if request.from_epoch is None:
        return new
    if request.from_epoch >= new.spec.epochs:
        message = f"must be less than the fork's {new.spec.epochs} epochs: otherwise nothing is left to train"
        raise invalid(Mistake(path="from_epoch", message=message, input=request.from_epoch))
    if found := misfits(old.network, new.network):
        raise _in_changes(found)
    return new


def _default_validation(dataset: Dataset, of: FactsOf) -> int | None:
    """The default size of the validation split; None for an uploaded data set, whose facts may have been deleted."""
    return default_validation(of(dataset)) if dataset.version is None else None


def _in_changes(found: tuple[Mistake, ...]) -> InvalidSpec:
    return invalid(*(mistake.model_copy(update={"path": f"changes/{mistake.path}".rstrip("/")}) for mistake in found))
