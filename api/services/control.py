"""What people want of experiments that are there: stop, go on, go on for longer, begin another where this one stood."""

from collections.abc import Callable
from contextlib import ExitStack

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.documents import invalid
from api.services import creation
from api.services.experiments import Seen, found, locked
from gradus.errors import InvalidSpec
from gradus.fork import changed, misfits
from gradus.spec.experiment import Experiment
from gradus.wire.checkpoint import CheckpointPage, CheckpointRecord
from gradus.wire.control import ForkRequest
from gradus.wire.problem import Mistake, mistakes
from hub import checkpoints, control, forks
from hub.experiments import Origin
from hub.hub import Hub
from hub.ids import new_id
from hub.records import record, spec_of
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
        row = locked(session, workspace_id, experiment_id)
        wish(session, row)
        session.refresh(row)  # writing events moves the version on
        return Seen(record(row), row.version)


def extend(hub: Hub, workspace_id: str, experiment_id: str, epochs: int) -> Seen:
    """Let it train so many epochs more.

    Raises:
        NotFound: the workspace has none of this id.
        InvalidSpec: that is more than one may have.
        Conflict: its status does not allow it.
    """

    def wish(session: Session, row: ExperimentRow) -> None:
        try:
            wider = control.extended(row, epochs)
        except ValidationError as error:
            raise invalid(*mistakes(error)) from None
        creation.refuse_giants(hub, wider)
        control.extend(session, row, wider)

    return ask(hub, workspace_id, experiment_id, wish)


def fork(hub: Hub, workspace_id: str, experiment_id: str, request: ForkRequest) -> Seen:
    """A new experiment with changes, from the start or from an epoch's checkpoint.

    Raises:
        NotFound: the workspace has none of this id.
        InvalidSpec: the changes make no valid spec, or one that the checkpoint does not fit.
        Conflict: there is no checkpoint of this epoch.
        TooManyRequests: too many wait.
    """
    with hub.read() as session:
        row = found(session, workspace_id, experiment_id)
        old = spec_of(row)
        new = _changed(old, request)
        creation.refuse_giants(hub, new)
        source = forks.find(session, row.id, request.from_epoch) if request.from_epoch else None
    origin = Origin(new_id("exp"), row.id, request.from_epoch)
    with ExitStack() as stack:
        copy = stack.enter_context(forks.copied(hub.artifacts, source, origin.id)) if source else None
        with hub.write() as session:
            made = creation.store(session, hub, workspace_id, new, origin)
            if copy is not None:
                checkpoints.add(session, made, 0, copy, made.created_at)
            return Seen(record(made), made.version)


def kept(hub: Hub, workspace_id: str, experiment_id: str) -> CheckpointPage:
    """The checkpoints that it has, newest first.

    Raises:
        NotFound: the workspace has none of this id.
    """
    with hub.read() as session:
        row = found(session, workspace_id, experiment_id)
        rows = checkpoints.newest_first(session, row.id)
        return CheckpointPage(data=tuple(CheckpointRecord.model_validate(one, from_attributes=True) for one in rows))


def _changed(old: Experiment, request: ForkRequest) -> Experiment:
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
