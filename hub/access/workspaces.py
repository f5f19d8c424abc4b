"""Workspaces, which isolate their users' experiments from each other."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from gradus.errors import BadRequest
from hub.tables import WorkspaceRow

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


def ensure(session: Session, name: str, at: datetime) -> WorkspaceRow:
    """The workspace with this name, created if missing.

    Raises:
        BadRequest: the name is not valid for a workspace.
    """
    if not _NAME.fullmatch(name):
        raise BadRequest(f"'{name[:100]}' is not a valid workspace name: use up to 40 of a-z, 0-9 and -")
    found = session.get(WorkspaceRow, name)
    if found is None:
        found = WorkspaceRow(id=name, created_at=at)
        session.add(found)
        session.flush()
    return found
