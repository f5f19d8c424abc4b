"""What people want of experiments that are there: stop, go on, go on for longer, begin another where this one stood."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.http.parsing import invalid
from api.services import creation
from api.services.experiments import Seen
from api.services.idempotency import Outcome, earlier, once
from api.services.lookup import EXPERIMENTS
from gradus.errors import InvalidSpec
from gradus.fork import changed, misfits
from gradus.resolved import resolve
from gradus.spec.experiment import Spec
from gradus.wire.checkpoint import CheckpointPage, CheckpointRecord
from gradus.wire.control import ExtendRequest, ForkRequest
from gradus.wire.problem import Mistake, mistakes
from hub import idempotency
from hub.experiments import forks, provenance
from hub.experiments.details import detailed
from hub.experiments.experiments import Origin
from hub.experiments.mapping import spec_of
from hub.experiments.prepared import prepare_resolved
from hub.hub import Hub
from hub.ids import new_id
from hub.jobs import checkpoints, control
from hub.tables import ExperimentRow

Wish = Callable[[Session, ExperimentRow], None]
"""What a person wants of a locked experiment; asking twice is harmless."""


def ask(hub: Hub, workspace_id: str, experiment_id: str, wish: Wish) -> Seen:
    """Do it at once, or as soon as its worker hears of it.

    Raises:
        NotFound: the workspace has none of this id.
        Conflict: its status does not allow it.
    """
    with hub.write() as session:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        wish(session, row)
        session.refresh(row)  # writing events moves the version on
        return Seen(detailed(session, row), row.version)


def resume(hub: Hub, workspace_id: str, experiment_id: str) -> Seen:
    """Let it go on where it was paused.

    Raises:
        NotFound: the workspace has none of this id.
        Conflict: its status does not allow it.
        TooManyRequests: too many wait.
    """
    return ask(hub, workspace_id, experiment_id, partial(control.resume, quotas=hub.settings.quotas))


def extend(hub: Hub, workspace_id: str, experiment_id: str, more: ExtendRequest, key: str | None) -> Outcome:
    """Let it train so many epochs more; a repeat under the same key adds none.

    Raises:
        NotFound: the workspace has none of this id.
        InvalidSpec: that is more than one may have.
        Conflict: its status does not allow it, or the key was used for something else.
        TooManyRequests: too many wait.
    """

    def deed(session: Session) -> Outcome:
        row = EXPERIMENTS.locked(session, workspace_id, experiment_id)
        wider = resolve(_wider(row, more.epochs))
        creation.refuse_giants(hub, wider)
        control.extend(session, row, wider, hub.settings.quotas)
        session.refresh(row)  # writing events moves the version on
        return creation.outcome(session, row, wider)

    asked = idempotency.repeatable(workspace_id, key, "extend", experiment_id, more.model_dump_json())
    return once(hub, asked, deed)


def fork(hub: Hub, workspace_id: str, experiment_id: str, request: ForkRequest, key: str | None) -> Outcome:
    """A new experiment with changes, from the start or from an epoch's checkpoint.

    Raises:
        NotFound: the workspace has none of this id.
        InvalidSpec: the changes make no valid spec, or one that the checkpoint does not fit.
        Conflict: there is no checkpoint of this epoch, or the key was used for something else.
        TooManyRequests: too many wait.
    """
    asked = idempotency.repeatable(workspace_id, key, "fork", experiment_id, request.model_dump_json())
    if first := earlier(hub, asked):  # before anything is copied, and though the checkpoint may be gone by now
        return first
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        resolved = resolve(_changed(spec_of(row), request))
        creation.refuse_giants(hub, resolved)
        source = forks.find(session, row.id, request.from_epoch) if request.from_epoch else None
    history = provenance.forked(row.fingerprint, request.from_epoch) if request.from_epoch else None
    new = prepare_resolved(resolved)
    origin = Origin(new_id("exp"), row.id, request.from_epoch, history=history)
    with ExitStack() as stack:
        copied = stack.enter_context(forks.copied(hub, source, origin.id)) if source else None

        def deed(session: Session) -> Outcome:
            made = creation.store(session, hub, workspace_id, new, origin)
            if copied is not None:
                forks.keep(session, made, copied)
            return creation.outcome(session, made, resolved)

        return once(hub, asked, deed)


def kept(hub: Hub, workspace_id: str, experiment_id: str) -> CheckpointPage:
    """The checkpoints that it has, newest first.

    Raises:
        NotFound: the workspace has none of this id.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        rows = checkpoints.newest_first(session, row.id)
        return CheckpointPage(data=tuple(CheckpointRecord.model_validate(one, from_attributes=True) for one in rows))


def _wider(row: ExperimentRow, epochs: int) -> Spec:
    try:
        return control.extended(row, epochs)
    except ValidationError as error:
        raise invalid(*mistakes(error)) from None


def _changed(old: Spec, request: ForkRequest) -> Spec:
    """The spec of the fork.

    Raises:
        InvalidSpec: it is none, or the checkpoint does not fit it.
    """
    try:
        new = changed(old, request.changes)
    except ValidationError as error:
        raise _in_changes(mistakes(error)) from None
    if request.from_epoch is None:
        return new
    if request.from_epoch >= new.epochs:
        message = f"must be less than the fork's {new.epochs} epochs: there would be nothing to train"
        raise invalid(Mistake(path="from_epoch", message=message, input=request.from_epoch))
    if found := misfits(old, new):
        raise _in_changes(found)
    return new


def _in_changes(found: tuple[Mistake, ...]) -> InvalidSpec:
    return invalid(*(one.model_copy(update={"path": f"changes/{one.path}".rstrip("/")}) for one in found))
