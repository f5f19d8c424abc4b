"""Events of runs that ended long ago are deleted, and no response mentions them."""

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from gradus.client import Client
from gradus.status import Status
from hub.database.database import now
from hub.experiments import event_pruning, events, experiments, metrics
from hub.hub import Hub
from hub.jobs import control, reconciler, runs
from hub.tables import ExperimentRow
from tests.integration.api.service import Service, subscribed
from tests.integration.hub.work import claim, submit, train_epoch

EPOCHS = 5


def ended(hub: Hub, days: float) -> ExperimentRow:
    """A run of five epochs that ended this number of days ago. Its events are: status, status, log, five epochs,
    status, end."""
    row = submit(hub, epochs=EPOCHS)
    claimed = claim(hub, row)
    with hub.write() as session:
        runs.write_log(session, claimed.lease, row.id, "on its way")
    for epoch in range(1, EPOCHS + 1):
        train_epoch(hub, claimed, epoch)
    with hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
    with hub.write() as session:
        ago = now(session) - timedelta(days=days)
        session.execute(update(ExperimentRow).where(ExperimentRow.id == row.id).values(log_closed_at=ago))
    return row


def kept(hub: Hub, one: str) -> list[tuple[int, str]]:
    with hub.read() as session:
        return [(event.seq, event.kind) for event in events.of_experiment(session, one, 0, 100)]


@pytest.fixture(params=[1, 3, 1000])
def batch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pruning delete this number of events at a time."""
    monkeypatch.setattr(event_pruning, "BATCH", request.param)


@pytest.mark.usefixtures("batch")
def test_old_events_go_and_logs_ends_and_metrics_stay(hub: Hub) -> None:
    old, young, running = ended(hub, 91), ended(hub, 89), submit(hub)
    before = kept(hub, young.id)
    reconciler.clean_up(hub, "leader")
    assert kept(hub, old.id) == [(3, "log"), (10, "end")]
    assert kept(hub, young.id) == before
    assert len(before) == 10
    assert kept(hub, running.id) == [(1, "status")]
    with hub.read() as session:
        assert len(metrics.read(session, old.id)) == EPOCHS
        there = session.get_one(ExperimentRow, old.id)
        assert (there.events, there.events_pruned) == (10, 9)
    assert event_pruning.prune(hub, 90) == 0, "there is nothing left to do"


def test_nothing_goes_where_all_is_to_be_kept(hub: Hub) -> None:
    row = ended(hub, 10_000)
    assert event_pruning.prune(hub, 0) == 0
    assert len(kept(hub, row.id)) == 10


@pytest.mark.parametrize(("after", "told"), [(0, [3, 10]), (2, [3, 10]), (5, [10]), (9, [10]), (10, []), (999, [])])
def test_a_stream_tells_what_is_left_and_ends(
    service: Service, client: httpx.Client, after: int, told: list[int]
) -> None:
    row = ended(service.hub, 91)
    reconciler.clean_up(service.hub, "leader")
    path = f"/v1/experiments/{row.id}"
    with subscribed(client, f"{path}/events", headers={"Last-Event-ID": str(after)}) as stream:
        assert [event.id for event in stream] == told
    record = client.get(path).json()
    assert record["events_pruned"] == 9
    log = client.get(f"{path}/log").json()
    assert ([line["id"] for line in log["data"]], log["last_event"]) == ([3], 10)


def test_a_record_with_fewer_events_is_another_version(service: Service, client: httpx.Client) -> None:
    row = ended(service.hub, 91)
    tag = client.get(f"/v1/experiments/{row.id}").headers["etag"]
    reconciler.clean_up(service.hub, "leader")
    assert client.get(f"/v1/experiments/{row.id}", headers={"If-None-Match": tag}).status_code == 200


def test_numbers_go_on_after_those_that_are_gone(hub: Hub) -> None:
    row = ended(hub, 91)
    reconciler.clean_up(hub, "leader")
    with hub.write() as session:
        locked = experiments.lock(session, row.id)
        assert locked is not None
        control.extend(session, locked, control.extended(locked, 2), hub.settings.quotas)
    assert [seq for seq, _ in kept(hub, row.id)] == [3, 10, 11, 12]
    with hub.read() as session:
        numbers = [event.number for event in events.of_workspace(session, row.workspace_id, 0, 100)]
    assert numbers == sorted(set(numbers))
    assert event_pruning.prune(hub, 90) == 0, "it is open again"


def test_a_client_that_watches_gets_every_row(service: Service) -> None:
    row = ended(service.hub, 91)
    reconciler.clean_up(service.hub, "leader")
    with Client(service.access.url, key=service.access.key) as client:
        assert [one.epoch for one in client.experiments.get(row.id).watch()] == list(range(1, EPOCHS + 1))
        assert [one.epoch for one in client.experiments.get(row.id).watch(after=3)] == [4, 5]
