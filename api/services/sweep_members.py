"""The experiments of a sweep: expanded from its request, checked against the quotas, stored and queued."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from api.http.parsing import invalid
from api.services import facts
from gradus.errors import InvalidSpec
from gradus.sweep import extension
from gradus.sweep.expand import Expansion, Member, expand
from gradus.sweep.labels import quoted
from gradus.sweep.limits import Check
from gradus.sweep.request import SweepExtension, SweepRequest
from gradus.wire.problem import Mistake
from hub.access import quotas
from hub.access.quotas import Quotas
from hub.database.database import now
from hub.hub import Hub
from hub.jobs import workers
from hub.sweeps import sweeps
from hub.sweeps.sweeps import Planned
from hub.tables import SweepRow


def expanded(hub: Hub, workspace_id: str, request: SweepRequest, check: Check) -> Expansion:
    """The experiments of a new sweep.

    Raises:
        InvalidSpec: one of them is invalid or exceeds a quota.
    """
    try:
        with facts.Lookup(hub, workspace_id) as lookup:
            expansion = expand(request, lookup.of, check, lookup)
    except InvalidSpec as error:
        raise invalid(*error.errors) from None
    _check_quotas(expansion.members, hub.settings.quotas)
    return expansion


def extended(
    hub: Hub, workspace_id: str, request: str, more: SweepExtension, check: Check
) -> tuple[Expansion, tuple[Member, ...]]:
    """The extended sweep with all its experiments, and the new experiments alone.

    Raises:
        InvalidSpec: the extension does not fit, or a new experiment is invalid or exceeds a quota.
        Conflict: the data set of the sweep was deleted.
    """
    try:
        with facts.Lookup(hub, workspace_id) as lookup:
            present = SweepRequest.model_validate_json(request)
            lookup.require(present.base.dataset)
            whole, members = extension.extended(present, more, lookup.of, check, lookup)
    except InvalidSpec as error:
        raise invalid(*error.errors) from None
    _check_quotas(members, hub.settings.quotas)
    return whole, members


def prepared(hub: Hub, members: Sequence[Member], check: Check) -> Planned:
    """The rows of new experiments, in arrays that fit the present workers."""
    with hub.read() as session:
        room = workers.room(session)
    return sweeps.planned(members, room, hub.settings.quotas.running, check)


def queue(session: Session, hub: Hub, row: SweepRow, new: Planned) -> None:
    """Store new experiments of a sweep, and queue them.

    Raises:
        TooManyRequests: too many experiments are queued.
        Conflict: their data set was deleted since its facts were read.
    """
    if new.prepared:
        quotas.check_queue_quota(session, row.workspace_id, len(new.prepared), hub.settings.quotas)
        sweeps.add_members(session, row, new, now(session))


def _check_quotas(members: Sequence[Member], limits: Quotas) -> None:
    one_per_label = {member.label: member.resolved for member in reversed(members)}  # seeds make no difference
    mistakes = [
        Mistake(path=f"base/{mistake.path}", message=f"{mistake.message} (in {quoted(label)})")
        for label, one in reversed(one_per_label.items())
        for mistake in quotas.mistakes(one, limits)
    ]
    if mistakes:
        raise invalid(*mistakes)
