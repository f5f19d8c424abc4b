"""Estimates of how long experiments will take, from earlier experiments."""

import pytest
from sqlalchemy import update

from gradus.spec.experiment import Spec
from gradus.status import Status
from hub.experiments import estimates
from hub.hub import Hub
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.built_in import resolved
from tests.integration.hub.work import submit


def succeed(hub: Hub, row: ExperimentRow, **fields: object) -> None:
    with hub.write() as session:
        done = update(ExperimentRow).where(ExperimentRow.id == row.id)
        session.execute(done.values(status=Status.SUCCEEDED, **fields))


def estimate(hub: Hub, **changes: object) -> float | None:
    experiment = Spec(**{"dataset": "digits", "layers": [8], "epochs": 3, **changes})
    with hub.read() as session:
        rates = estimates.rates(session, DEFAULT_WORKSPACE, [experiment.dataset.name])
    return estimates.seconds(rates, [resolved(experiment)], slots=1)


def test_a_fork_s_seconds_are_those_of_the_epochs_that_it_trained(hub: Hub) -> None:
    succeed(hub, submit(hub), epoch=60, forked_epoch=50, seconds=20.0)
    assert estimate(hub, epochs=4) == pytest.approx(4 * 20 / 10)


def test_a_fork_that_trained_nothing_tells_nothing(hub: Hub) -> None:
    succeed(hub, submit(hub), epoch=50, forked_epoch=50, seconds=0.0)
    assert estimate(hub) is None


def test_runs_on_a_part_of_the_data_tell_nothing_of_runs_on_all_of_them(hub: Hub) -> None:
    succeed(hub, submit(hub, dataset={"name": "digits", "limit": 100}), epoch=3, seconds=3.0)
    assert estimate(hub) is None
    assert estimate(hub, dataset={"name": "digits", "validation_size": 1000}) is None
    same = {"name": "digits", "limit": 100, "validation_size": 500}
    assert estimate(hub, dataset=same) == pytest.approx(3.0)
