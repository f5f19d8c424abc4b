"""Webhooks in the database: create, list, enable, delete."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gradus.errors import Conflict
from gradus.wire.webhook import NewWebhook, WebhookRecord, WebhookRequest, WebhookState
from hub.access.quotas import lock
from hub.experiments.events import newest_of_workspace
from hub.ids import new_id
from hub.tables import WebhookRow
from hub.webhooks.signature import new_secret

MAX_WEBHOOKS = 10
"""Limit on the webhooks of a workspace."""


def create(session: Session, workspace_id: str, request: WebhookRequest, at: datetime) -> NewWebhook:
    """Create a webhook for the events from now on. Only the return value contains its secret.

    Raises:
        Conflict: the workspace has too many.
    """
    lock(session, workspace_id)
    mine = select(func.count()).select_from(WebhookRow).where(WebhookRow.workspace_id == workspace_id)
    if (session.scalar(mine) or 0) >= MAX_WEBHOOKS:
        raise Conflict(f"this workspace has {MAX_WEBHOOKS} webhooks, the maximum: delete one", code="too_many_webhooks")
    row = WebhookRow(
        id=new_id("whk"),
        workspace_id=workspace_id,
        url=request.url,
        events=json.dumps(sorted(set(request.events))),
        secret=request.secret or new_secret(),
        cursor=newest_of_workspace(session, workspace_id),
        failures=0,
        next_at=at,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return NewWebhook(**dict(record(row)), secret=row.secret)


def listing(session: Session, workspace_id: str) -> Sequence[WebhookRecord]:
    """The webhooks of a workspace, newest first."""
    rows = session.scalars(
        select(WebhookRow).where(WebhookRow.workspace_id == workspace_id).order_by(WebhookRow.id.desc())
    )
    return [record(row) for row in rows]


def enable(session: Session, workspace_id: str, webhook_id: str, at: datetime) -> WebhookRecord | None:
    """Enable a webhook: its next call, which repeats the call that failed, is due at once. None if the workspace has no
    such webhook."""
    mine = (WebhookRow.id == webhook_id, WebhookRow.workspace_id == workspace_id)
    session.execute(update(WebhookRow).where(*mine).values(failures=0, reason=None, disabled_at=None, next_at=at))
    row = session.scalar(select(WebhookRow).where(*mine))
    return None if row is None else record(row)


def remove(session: Session, workspace_id: str, webhook_id: str) -> bool:
    """Delete a webhook. Returns False if the workspace has no such webhook."""
    mine = (WebhookRow.id == webhook_id, WebhookRow.workspace_id == workspace_id)
    return session.execute(delete(WebhookRow).where(*mine).returning(WebhookRow.id)).scalar_one_or_none() is not None


def record(row: WebhookRow) -> WebhookRecord:
    """The webhook as clients see it, without its secret."""
    state = _state(row)
    return WebhookRecord(
        id=row.id,
        url=row.url,
        events=tuple(json.loads(row.events)),
        state=state,
        reason=row.reason,
        failures=row.failures,
        next_attempt_at=row.next_at if state == "retrying" else None,
        delivered_at=row.delivered_at,
        created_at=row.created_at,
    )


def _state(row: WebhookRow) -> WebhookState:
    if row.disabled_at is not None:
        return "disabled"
    return "retrying" if row.failures else "active"
