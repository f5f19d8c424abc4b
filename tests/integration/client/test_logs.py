"""`gradus logs` prints all stored lines, and does not wait for more."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gradus import Client
from gradus.cli.commands.logs import print_log
from gradus.status import Status
from hub.experiments import events
from hub.hub import Hub
from hub.jobs import runs
from tests.integration.api.service import on_sqlite, serving
from tests.integration.hub.work import claim, submit, train_epoch
from tests.servers.future import LaterVersion

pytestmark = on_sqlite

THEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def client(hub: Hub) -> Iterator[Client]:
    with serving(hub) as service, Client(service.access.url, key=service.access.key) as client:
        yield client


def printed(client: Client, one: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert print_log(client, one, follow=False, as_json=False) is None
    return capsys.readouterr().out.splitlines()


def test_a_log_is_printed_as_far_as_it_goes(hub: Hub, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    row = submit(hub)
    client.experiments.get(row.id).pause().resume()
    said = ["queued", "paused", "queued"]
    assert [line.split()[-1] for line in printed(client, row.id, capsys)] == said
    claimed = claim(hub, row)
    train_epoch(hub, claimed, 1)
    assert len(printed(client, row.id, capsys)) == 5
    with hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
    assert printed(client, row.id, capsys)[-1].endswith("succeeded")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_log_ends_at_an_event_of_an_unknown_kind(
    hub: Hub, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    train_epoch(hub, claimed, 1)
    with hub.write() as session:
        runs.write_log(session, claimed.lease, row.id, "a line, of which a later version makes a finding")
    with serving(hub, behind=LaterVersion) as service, Client(service.access.url, key=service.access.key) as client:
        assert print_log(client, row.id, follow=False, as_json=as_json) is None
    assert len(capsys.readouterr().out.splitlines()) == 3  # queued, running, the epoch


def test_each_of_many_lines_has_its_own_time(hub: Hub, client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    row = submit(hub)
    with hub.write() as session:
        events.append(session, [events.log(row.id, f"line {number}") for number in range(1001)], THEN)
    _, *lines = printed(client, row.id, capsys)
    stamp = THEN.astimezone().isoformat(" ", "seconds")  # in a pipe, with date and offset
    assert lines == [f"{stamp}  line {number}" for number in range(1001)]
