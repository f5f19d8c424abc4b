"""Keys that were used since the last commit are accepted without a query, but only while they are valid."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import Request

from api.auth.authentication import Authenticator
from api.auth.credentials import RequestCredentials
from gradus.wire.key import NewKey, Role
from hub.access import keys
from hub.hub import Hub
from tests.integration.access.credentials import bearer, expire, make_key, revoke
from tests.servers import patient


def credentials(key: str) -> RequestCredentials:
    header = (b"authorization", f"Bearer {key}".encode())
    return RequestCredentials(Request({"type": "http", "headers": [header], "client": ("127.0.0.1", 1)}))


@pytest.mark.parametrize("end", [revoke, expire])
def test_a_key_that_was_just_used_opens_nothing_once_it_has_ended(
    url: str, hub: Hub, end: Callable[[Hub, NewKey], None]
) -> None:
    key = make_key(hub, "ours", Role.VIEWER)
    with patient.Client(base_url=url, headers=bearer(key.key)) as client:
        assert [client.get("/v1/session").status_code for _ in range(4)] == [200] * 4
        end(hub, key)
        assert client.get("/v1/session").status_code == 401


def test_a_key_is_known_after_its_use_is_recorded_until_something_is_committed(hub: Hub) -> None:
    who = Authenticator(hub, 10)
    key = credentials(make_key(hub, "ours").key)
    seen = [who.known(key)]
    for _ in range(2):  # the first records its use, which is a commit
        caller = who.authenticate(key)
        seen.append(who.known(key))
    make_key(hub, "theirs")
    assert [*seen, who.known(key)] == [None, None, caller, None]
    assert who.known(credentials("gk_nobody")) is None


def test_a_known_key_ends_with_its_own_time(hub: Hub) -> None:
    who, at = Authenticator(hub, 10), datetime.now(UTC)
    with hub.write() as session:
        made = keys.create(session, "default", "short", Role.VIEWER, at, at + timedelta(seconds=0.5))
    key = credentials(made.key)
    for _ in range(2):
        who.authenticate(key)
    known = who.known(key)
    time.sleep(max(0.0, (at + timedelta(seconds=0.6) - datetime.now(UTC)).total_seconds()))
    assert who.known(key) is None
    assert known is None or known.key_id == made.id
