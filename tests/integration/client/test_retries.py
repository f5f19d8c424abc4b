"""What clients are told about a run that its sweep retries, whether they watch from the start or begin later."""

from collections.abc import Iterator

import pytest

from gradus import Client, Spec
from gradus.cli.run_state import RunState
from gradus.status import FailureCode, Status
from gradus.wire.experiment import Failure
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import runs
from hub.jobs.claims import Claim
from tests.integration.api.service import on_sqlite, serving
from tests.integration.hub.work import claim, train_epoch
from tests.servers.faces import FACES

pytestmark = on_sqlite

BASE = Spec(dataset="digits", layers=[8], epochs=4)


@pytest.fixture(params=FACES)
def client(request: pytest.FixtureRequest, hub: Hub) -> Iterator[Client]:
    with serving(hub) as service, FACES[request.param](service.access) as client:
        yield client


def begun(hub: Hub, one: str, *epochs: int) -> Claim:
    """Claim the experiment as a worker and train these epochs."""
    with hub.read() as session:
        row = experiments.get(session, one)
    assert row is not None
    claimed = claim(hub, row)
    for epoch in epochs:
        train_epoch(hub, claimed, epoch)
    return claimed


def ended(hub: Hub, claimed: Claim, one: str, status: Status) -> None:
    error = Failure(code=FailureCode.INTERNAL, message="a bolt") if status is Status.FAILED else None
    with hub.write() as session:
        runs.end(session, claimed.lease, one, status, error)


def test_a_retry_takes_back_the_rows_before_it(hub: Hub, client: Client) -> None:
    sweep = client.sweeps.create(base=BASE, grid={"l2": [0.1]})
    (one,) = sweep.results[0].experiments
    ended(hub, begun(hub, one, 1, 2, 3), one, Status.FAILED)
    assert [row.epoch for row in client.experiments.get(one).watch()] == [1, 2, 3]
    client.sweeps.get(sweep.id).retry()
    later = client.experiments.get(one).watch()
    claimed = begun(hub, one, 1, 2)
    assert [next(later).epoch for _ in range(2)] == [1, 2]
    ended(hub, claimed, one, Status.SUCCEEDED)
    assert list(later) == []
    assert [row.epoch for row in client.experiments.get(one).watch()] == [1, 2]
    assert [row.epoch for row in client.experiments.get(one).watch(after=1)] == [2]


def test_who_reads_every_event_knows_what_is_forgotten(hub: Hub, client: Client) -> None:
    sweep = client.sweeps.create(base=BASE, grid={"l2": [0.1]})
    (one,) = sweep.results[0].experiments
    ended(hub, begun(hub, one, 1, 2, 3), one, Status.FAILED)
    client.sweeps.get(sweep.id).retry()
    ended(hub, begun(hub, one, 1, 2), one, Status.SUCCEEDED)
    run, seen = RunState(one), []
    for event in client.experiments.get(one).events():
        run = run.after(event)
        seen.append(run.epoch)
    assert (max(seen), run.epoch) == (3, 2)
    assert run.rows == client.experiments.get(one).metrics().data
