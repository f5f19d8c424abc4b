"""Keys, sessions and sign-in tickets, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from gradus.errors import BadRequest
from gradus.wire.key import NewKey, Role
from hub.access import browser_sessions, keys, workspaces
from hub.access.browser_sessions import SessionKind
from hub.database.database import now
from hub.hub import Hub
from hub.tables import BrowserSessionRow, KeyRow

HOUR = timedelta(hours=1)


def make(hub: Hub, workspace: str = "default", role: Role = Role.EDITOR, expires_in: timedelta | None = None) -> NewKey:
    with hub.write() as session:
        at = now(session)
        workspaces.ensure(session, workspace, at)
        return keys.create(session, workspace, "test", role, at, at + expires_in if expires_in else None)


def opens(hub: Hub, text: str, after: timedelta = timedelta()) -> bool:
    with hub.read() as session:
        return keys.find(session, text, now(session) + after) is not None


def row_of(hub: Hub, key: NewKey) -> KeyRow:
    with hub.read() as session:
        row = session.get(KeyRow, key.id)
    assert row is not None
    return row


def issue(hub: Hub, key: NewKey, kind: SessionKind, at: datetime | None = None) -> browser_sessions.NewBrowserSession:
    with hub.write() as session:
        row = session.get(KeyRow, key.id)
        assert row is not None
        return browser_sessions.issue(session, row, kind, at or now(session))


def test_a_key_is_known_by_what_was_shown_once(hub: Hub) -> None:
    key = make(hub)
    assert opens(hub, key.key)


def test_two_keys_never_share_a_secret(hub: Hub) -> None:
    assert len({make(hub).key.rpartition("_")[2] for _ in range(5)}) == 5


@pytest.mark.parametrize("of", [KeyRow, BrowserSessionRow])
def test_the_database_holds_no_secret(hub: Hub, of: type[KeyRow] | type[BrowserSessionRow]) -> None:
    key = make(hub)
    shown = [key.key, issue(hub, key, SessionKind.SESSION).text, issue(hub, key, SessionKind.TICKET).text]
    with hub.read() as session:
        stored = [str(value) for row in session.execute(select(of.__table__)) for value in row]
    secrets = [text.rpartition("_")[2] for text in shown]
    assert stored
    assert not [one for one in stored if any(secret in one for secret in secrets)]


def test_what_is_not_the_whole_key_opens_nothing(hub: Hub) -> None:
    key, other = make(hub).key, make(hub).key
    head, _, secret = key.rpartition("_")
    wrong = [
        "",
        key[:-1],
        f"{key}0",
        f" {key}",
        f"{key}\n",
        key.upper(),
        f"{head}_{other.rpartition('_')[2]}",
        f"gk_{'0' * 26}_{secret}",
        key.replace("gk_", "gs_"),
        f"{head}_{'0' * 52}",
        "gk__",
        "é" * 100,
    ]
    assert [text for text in wrong if opens(hub, text)] == []


def test_a_key_ends_when_it_expires(hub: Hub) -> None:
    key = make(hub, expires_in=HOUR).key
    assert opens(hub, key)
    assert not opens(hub, key, HOUR + timedelta(seconds=1))


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(hub: Hub) -> None:
    key = make(hub)
    ticket, browser = issue(hub, key, SessionKind.TICKET), issue(hub, key, SessionKind.SESSION)
    with hub.write() as session:
        assert keys.revoke(session, "default", key.id, now(session))
    assert not opens(hub, key.key)
    with hub.read() as session:
        at = now(session)
        assert browser_sessions.find(session, browser.text, SessionKind.SESSION, at) is None
        assert browser_sessions.find(session, ticket.text, SessionKind.TICKET, at) is None
        (listed,) = keys.listing(session, "default")
    assert listed.revoked_at is not None


def test_revoking_twice_keeps_the_first_time(hub: Hub) -> None:
    key = make(hub)
    times = []
    for _ in range(2):
        with hub.write() as session:
            assert keys.revoke(session, "default", key.id, now(session))
        times.append(row_of(hub, key).revoked_at)
    assert times[0] == times[1]


def test_a_workspace_neither_sees_nor_revokes_the_keys_of_another(hub: Hub) -> None:
    key = make(hub, "ours")
    make(hub, "theirs")
    with hub.write() as session:
        assert not keys.revoke(session, "theirs", key.id, now(session))
        assert key.id not in {one.id for one in keys.listing(session, "theirs")}
    assert opens(hub, key.key)


def test_the_last_use_is_written_once_a_minute(hub: Hub) -> None:
    key = make(hub)
    with hub.read() as session:
        start = now(session)
    seen = []
    for seconds in (0, 30, 59, 61):
        at = start + timedelta(seconds=seconds)
        assert keys.stale(row_of(hub, key), at) is (seconds in {0, 61})
        with hub.write() as session:
            keys.record_use(session, key.id, at)
        seen.append(row_of(hub, key).used_at)
    assert seen == [start, start, start, start + timedelta(seconds=61)]


def test_a_service_without_a_good_key_is_known_as_such(hub: Hub) -> None:
    def any_valid(after: timedelta = timedelta()) -> bool:
        with hub.read() as session:
            return keys.any_valid(session, now(session) + after)

    assert not any_valid()
    key = make(hub, expires_in=HOUR)
    assert any_valid()
    assert not any_valid(2 * HOUR)
    with hub.write() as session:
        keys.revoke(session, "default", key.id, now(session))
    assert not any_valid()


def test_a_ticket_is_good_for_one_of_many_who_show_it_at_once(hub: Hub) -> None:
    ticket = issue(hub, make(hub), SessionKind.TICKET).text

    def spend(_: int) -> bool:
        with hub.write() as session:
            return browser_sessions.spend(session, ticket, now(session)) is not None

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(spend, range(8))) == 1


def test_a_session_is_no_ticket_and_a_ticket_no_session(hub: Hub) -> None:
    key = make(hub)
    found = []
    for kind, other in ((SessionKind.SESSION, SessionKind.TICKET), (SessionKind.TICKET, SessionKind.SESSION)):
        text = issue(hub, key, kind).text
        swapped = text.replace("gs_", "gt_") if kind is SessionKind.SESSION else text.replace("gt_", "gs_")
        with hub.read() as session:
            found += [browser_sessions.find(session, shown, other, now(session)) for shown in (text, swapped)]
    assert found == [None] * 4


def test_a_pass_does_not_outlive_itself_nor_its_key(hub: Hub) -> None:
    lasting, short = make(hub), make(hub, expires_in=HOUR)
    with hub.read() as session:
        at = now(session)
    assert issue(hub, lasting, SessionKind.SESSION, at).until == at + SessionKind.SESSION.life
    assert issue(hub, short, SessionKind.SESSION).until == short.expires_at
    over = issue(hub, lasting, SessionKind.SESSION, at - SessionKind.SESSION.life)
    with hub.read() as session:
        assert browser_sessions.find(session, over.text, SessionKind.SESSION, now(session)) is None


def test_passes_that_have_ended_are_forgotten(hub: Hub) -> None:
    key = make(hub)
    with hub.read() as session:
        long_ago = now(session) - 2 * SessionKind.SESSION.life
    issue(hub, key, SessionKind.SESSION, long_ago)
    issue(hub, key, SessionKind.TICKET)
    with hub.read() as session:
        assert [row.kind for row in session.query(BrowserSessionRow)] == [SessionKind.TICKET]


def test_secrets_do_not_show_when_a_value_is_printed(hub: Hub) -> None:
    key = make(hub)
    text = issue(hub, key, SessionKind.TICKET)
    assert text.text not in repr(text)


@pytest.mark.parametrize("name", ["", "Team", "a b", "-a", "a" * 41, "é", "a\n"])
def test_names_that_no_workspace_can_have_are_refused(hub: Hub, name: str) -> None:
    with pytest.raises(BadRequest, match="not a valid workspace name"), hub.write() as session:
        workspaces.ensure(session, name, now(session))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.VIEWER, {Role.VIEWER}),
        (Role.EDITOR, {Role.VIEWER, Role.EDITOR}),
        (Role.ADMIN, {Role.VIEWER, Role.EDITOR, Role.ADMIN}),
    ],
)
def test_each_role_may_what_the_one_before_it_may(role: Role, may: set[Role]) -> None:
    assert {needed for needed in Role if role.may(needed)} == may


def test_an_error_of_the_database_tells_no_value_of_its_statement(hub: Hub) -> None:
    with pytest.raises(DBAPIError) as failed, hub.read() as session:
        session.execute(text("SELECT * FROM nowhere WHERE digest = :digest"), {"digest": "of-a-key"})
    assert "nowhere" in str(failed.value)
    assert "of-a-key" not in str(failed.value)
