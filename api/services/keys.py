"""Create, list and revoke API keys. A caller sees the keys of its own workspace."""

from datetime import UTC, datetime

from api.http.parsing import invalid
from gradus.errors import NotFound
from gradus.wire.key import KeyPage, KeyRequest, NewKey
from gradus.wire.problem import Mistake
from hub.access import keys
from hub.hub import Hub


def create(hub: Hub, workspace_id: str, request: KeyRequest) -> NewKey:
    """Create a key of the workspace.

    Raises:
        InvalidSpec: the expiry is not in the future.
    """
    at = datetime.now(UTC)
    if request.expires_at is not None and request.expires_at <= at:
        raise invalid(Mistake(path="expires_at", message="must be in the future", input=str(request.expires_at)))
    with hub.write() as session:
        return keys.create(session, workspace_id, request.name, request.role, at, request.expires_at)


def page(hub: Hub, workspace_id: str) -> KeyPage:
    """The keys of the workspace, newest first."""
    with hub.read() as session:
        return KeyPage(data=tuple(keys.listing(session, workspace_id)))


def revoke(hub: Hub, workspace_id: str, key_id: str) -> None:
    """Revoke a key. Revoking it again has no effect.

    Raises:
        NotFound: the workspace has no such key.
    """
    with hub.write() as session:
        if "\0" in key_id or not keys.revoke(session, workspace_id, key_id, datetime.now(UTC)):
            raise NotFound(f"key not found: {key_id[:100]!r}")
