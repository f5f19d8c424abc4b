"""Keys: make, list, revoke. Each caller sees those of its workspace."""

from datetime import UTC, datetime

from api.http.parsing import invalid
from gradus.errors import NotFound
from gradus.wire.key import KeyPage, KeyRequest, NewKey
from gradus.wire.problem import Mistake
from hub.access import keys
from hub.hub import Hub


def create(hub: Hub, workspace_id: str, asked: KeyRequest) -> NewKey:
    """A new key of the workspace.

    Raises:
        InvalidSpec: it would have expired already.
    """
    at = datetime.now(UTC)
    if asked.expires_at is not None and asked.expires_at <= at:
        raise invalid(Mistake(path="expires_at", message="must be in the future", input=str(asked.expires_at)))
    with hub.write() as session:
        return keys.create(session, workspace_id, asked.name, asked.role, at, asked.expires_at)


def page(hub: Hub, workspace_id: str) -> KeyPage:
    """The keys of the workspace, newest first."""
    with hub.read() as session:
        return KeyPage(data=tuple(keys.listing(session, workspace_id)))


def revoke(hub: Hub, workspace_id: str, key_id: str) -> None:
    """Let the key open nothing any more; doing it twice is harmless.

    Raises:
        NotFound: the workspace has no such key.
    """
    with hub.write() as session:
        if "\0" in key_id or not keys.revoke(session, workspace_id, key_id, datetime.now(UTC)):
            raise NotFound(f"no key {key_id[:100]!r}")
