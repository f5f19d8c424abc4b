"""`client.datasets` and `client.keys`."""

from datetime import datetime
from typing import Any

from gradus.client import calls
from gradus.client.face import Face, P, asks, sends, tells
from gradus.client.flows import send, tell
from gradus.client.steps import Flow
from gradus.wire.dataset import DatasetRecord
from gradus.wire.key import KeyRecord, NewKey


class Datasets(Face[P]):
    """What can be learned."""

    get = sends(calls.dataset)

    @tells
    def list(self) -> Flow[DatasetRecord, None]:
        """Every data set."""
        page = yield from send(calls.datasets())
        yield from tell(page.data)


class Keys(Face[P]):
    """Who may come in; for admins."""

    revoke = sends(calls.revoke_key)
    sign_in_link = sends(calls.sign_in_link)

    @asks
    def create(self, name: str, *, role: str = "editor", expires_at: datetime | str | None = None) -> Flow[Any, NewKey]:
        """Make a key; the answer is the only place that shows it."""
        return send(calls.create_key({"name": name, "role": role, "expires_at": expires_at}))

    @tells
    def list(self) -> Flow[KeyRecord, None]:
        """The keys of the workspace, newest first."""
        page = yield from send(calls.keys())
        yield from tell(page.data)
