"""The right to deliver for a webhook: one process at a time, which moves the webhook's cursor along the event log.

The cursor moves after the receiver has accepted a call. A process that dies in between leaves the call to the next one.
So a call may come twice, with the same id, but it is never lost, and never overtaken by a later one.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session

from hub.database.database import now
from hub.ids import new_id
from hub.jobs.leases import is_expired
from hub.tables import EventRow, WebhookRow, WorkspaceRow

LEASE = timedelta(minutes=2)
"""Term of a claim. It is longer than any call takes: a lookup of half a minute, three addresses of five seconds each,
and the call itself."""
DELAYS = (1, 5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800)
"""Seconds to wait after the first, second, … failed call in a row. If the last call, 16 hours later, fails, the webhook
is disabled."""
MAX_DELAY = 3600
"""Limit on the seconds that a receiver may ask for with Retry-After."""
SKIPPED_AT_ONCE = 1000
"""Number of events not for the webhook after which its cursor skips them."""

_NEWS = exists().where(
    EventRow.workspace_id == WebhookRow.workspace_id,
    EventRow.number > WebhookRow.cursor,
    WebhookRow.events.contains('"' + EventRow.kind + '"'),
)
"""Whether there is an event after the cursor whose kind the webhook is for."""


@dataclass(frozen=True)
class ClaimedWebhook:
    """A webhook for which this process delivers."""

    id: str
    workspace_id: str
    url: str
    events: tuple[str, ...]
    secret: str = field(repr=False)
    cursor: int
    failures: int
    owner: str
    """The id of this claim: late writes under an earlier claim are refused."""


def due(
    session: Session, at: datetime, limit: int, of_workspace: int, without: Collection[str] = ()
) -> Sequence[tuple[str, str]]:
    """The enabled webhooks with news for which no process delivers, the longest waiting first, as pairs of the
    webhook's id and its workspace's id. At most `limit` in total, at most `of_workspace` of each workspace, and none of
    the workspaces in `without`."""
    turn = WebhookRow.next_at, WebhookRow.id
    place = func.row_number().over(partition_by=WebhookRow.workspace_id, order_by=turn).label("place")
    query = select(WebhookRow.id, WebhookRow.workspace_id, WebhookRow.next_at, place)
    query = query.join(WorkspaceRow, WorkspaceRow.id == WebhookRow.workspace_id)
    is_behind = WorkspaceRow.events > WebhookRow.cursor  # most are not, and need no look into the log
    is_served = WebhookRow.workspace_id.not_in(without)
    waiting = query.where(is_behind, is_served, _NEWS, *_free(session, at)).subquery()
    first = select(waiting.c.id, waiting.c.workspace_id).where(waiting.c.place <= of_workspace)
    rows = session.execute(first.order_by(waiting.c.next_at, waiting.c.id).limit(limit))
    return [(id_, workspace_id) for id_, workspace_id in rows]


def far_behind(session: Session, at: datetime, limit: int) -> Sequence[str]:
    """The ids of enabled webhooks without news, but with many events that are not for them."""
    query = select(WebhookRow.id).join(WorkspaceRow, WorkspaceRow.id == WebhookRow.workspace_id)
    is_far = WorkspaceRow.events - WebhookRow.cursor >= SKIPPED_AT_ONCE
    return session.scalars(query.where(is_far, ~_NEWS, *_free(session, at)).limit(limit)).all()


def next_event(session: Session, workspace_id: str, cursor: int, kinds: Sequence[str]) -> EventRow | None:
    """The first event after the cursor that is for a webhook of these kinds."""
    rows = select(EventRow).where(EventRow.workspace_id == workspace_id, EventRow.number > cursor)
    return session.scalar(rows.where(EventRow.kind.in_(kinds)).order_by(EventRow.number).limit(1))


def claim(session: Session, webhook_id: str) -> ClaimedWebhook | None:
    """Become the process that delivers; None if another one does, or there is nothing to deliver."""
    at, owner = now(session), new_id("whc")
    take = update(WebhookRow).where(WebhookRow.id == webhook_id, *_free(session, at))
    row = session.scalar(take.values(owner=owner, lease_until=at + LEASE).returning(WebhookRow))
    if row is None:
        return None
    return ClaimedWebhook(
        row.id, row.workspace_id, row.url, tuple(json.loads(row.events)), row.secret, row.cursor, row.failures, owner
    )


def skip(session: Session, webhook_id: str) -> None:
    """Move the cursor over events that are not for the webhook, so that they are not read again and again."""
    newest = select(WorkspaceRow.events).where(WorkspaceRow.id == WebhookRow.workspace_id).scalar_subquery()
    here = (WebhookRow.id == webhook_id, ~_NEWS, *_free(session, now(session)))
    session.execute(update(WebhookRow).where(*here).values(cursor=newest).execution_options(synchronize_session=False))


def delivered(session: Session, hook: ClaimedWebhook, number: int) -> ClaimedWebhook | None:
    """Record that the receiver has accepted the event with this number. None if this process may no longer deliver."""
    at = now(session)
    good = {"cursor": number, "failures": 0, "reason": None, "delivered_at": at, "lease_until": at + LEASE}
    if not _change(session, hook, good):
        return None
    return replace(hook, cursor=number, failures=0)


def failed(session: Session, hook: ClaimedWebhook, reason: str, retry_after: float | None, *, is_final: bool) -> None:
    """Record that a call failed. It is repeated later, with growing delays; after too many the webhook is disabled."""
    at, failures = now(session), hook.failures + 1
    state: dict[str, object] = {"failures": failures, "reason": reason, "owner": None, "lease_until": None}
    if is_final or failures > len(DELAYS):
        _change(session, hook, {**state, "disabled_at": at})
        return
    asked = min(retry_after or 0, MAX_DELAY)
    _change(session, hook, {**state, "next_at": at + timedelta(seconds=max(DELAYS[failures - 1], asked))})


def release(session: Session, hook: ClaimedWebhook) -> None:
    """Release the webhook, so that any process can deliver its next event. Webhooks that have waited longer come
    first."""
    _change(session, hook, {"owner": None, "lease_until": None, "next_at": now(session)})


def _change(session: Session, hook: ClaimedWebhook, values: Mapping[str, object]) -> bool:
    """Write, unless the webhook was deleted, or another process now delivers for it. Returns whether it was written."""
    ours = (WebhookRow.id == hook.id, WebhookRow.owner == hook.owner, WebhookRow.cursor == hook.cursor)
    written = session.execute(update(WebhookRow).where(*ours).values(**values).returning(WebhookRow.id))
    return written.scalar_one_or_none() is not None


def _free(session: Session, at: datetime) -> tuple[ColumnElement[bool], ...]:
    nobody = WebhookRow.owner.is_(None) | is_expired(session, WebhookRow.lease_until, at, LEASE)
    return WebhookRow.disabled_at.is_(None), WebhookRow.next_at <= at, nobody
