"""Sweeps in the database."""

from time import thread_time

import pytest

from gradus.array import Room
from gradus.status import Status
from gradus.sweep.expand import Expansion, expand
from gradus.sweep.request import SweepRequest
from hub.access import workspaces
from hub.database.database import now
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.sweeps import control, sweeps
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, JobRow, SweepRow
from tests.built_in import facts_of
from tests.integration.hub.work import claim, metrics_row

REQUEST = SweepRequest.model_validate(
    {"base": {"dataset": "digits", "layers": [4]}, "grid": {"l2": [0.1, 0.2]}, "seeds": [0, 1, 2]}
)


def planned(expansion: Expansion, most: int) -> sweeps.Planned:
    return sweeps.planned(expansion.members, Room(), most)


def add(hub: Hub, workspace_id: str = DEFAULT_WORKSPACE, most: int = 64, request: SweepRequest = REQUEST) -> SweepRow:
    expansion = expand(request, facts_of)
    new = planned(expansion, most)
    with hub.write() as session:
        at = now(session)
        workspaces.ensure(session, workspace_id, at)
        row = sweeps.add(session, workspace_id, expansion, at)
        sweeps.add_members(session, row, new, at)
    return row


def delete_some(hub: Hub, row: SweepRow) -> bool:
    with hub.write() as session:
        locked = sweeps.lock_of(session, DEFAULT_WORKSPACE, row.id)
        assert locked is not None
        return control.delete_some(session, locked, now(session))


def test_workspaces_do_not_see_each_other_s_sweeps(hub: Hub) -> None:
    mine, other = add(hub), add(hub, "other")
    with hub.write() as session:
        assert sweeps.get_of(session, "other", mine.id) is None
        assert sweeps.lock_of(session, "other", mine.id) is None
        assert [row.id for row in sweeps.page(session, "other", None, 10)] == [other.id]
        assert sum(sweeps.counts(session, "other", [mine.id])[mine.id].values()) == 0


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_nothing_that_takes_time_is_done_while_a_transaction_is_open(hub: Hub) -> None:
    """The preparation of a hundred members with a hundred layers each takes several times as much processor time as
    storing them."""
    deep = {"base": {"dataset": "digits", "layers": [4] * 100}, "grid": {"l2": [0.1, 0.2]}, "seeds": list(range(50))}
    began = thread_time()
    expansion = expand(SweepRequest.model_validate(deep), facts_of)
    new = planned(expansion, 64)
    ready = thread_time()
    with hub.write() as session:
        row = sweeps.add(session, DEFAULT_WORKSPACE, expansion, now(session))
        sweeps.add_members(session, row, new, now(session))
    assert thread_time() - ready < ready - began
    with hub.read() as session:
        assert len(sweeps.outcomes(session, row)) == 100


def test_members_have_places_in_their_job_and_it_knows_how_many(hub: Hub) -> None:
    row = add(hub, most=4)
    with hub.write() as session:
        found = sweeps.lock_members(session, row, Status.QUEUED)
        jobs = list(dict.fromkeys(one.job_id for one in found))
        assert [session.get_one(JobRow, job).places for job in jobs] == [3, 3]
        assert [one.place for one in found] == [0, 1, 2, 0, 1, 2]


def test_a_claim_knows_the_places_of_those_that_are_left(hub: Hub) -> None:
    row = add(hub)
    with hub.read() as session:
        ids = [outcome.id for outcome in sweeps.outcomes(session, row)]
        first = experiments.get(session, ids[0])
        assert first is not None
    claimed = claim(hub, first)
    with hub.write() as session:
        runs.end(session, claimed.lease, ids[1], Status.SUCCEEDED)
        runs.hand_back(session, claimed.lease, "the worker stops")
    again = claim(hub, first)
    assert (again.places, [member.place for member in again.members]) == (6, [0, 2, 3, 4, 5])


def test_no_experiment_of_a_sweep_starts_while_it_is_deleted_bit_by_bit(hub: Hub) -> None:
    row = add(hub, most=1, request=REQUEST.model_copy(update={"seeds": tuple(range(control.DELETED_AT_ONCE))}))
    with hub.read() as session:
        last = experiments.get(session, sweeps.outcomes(session, row)[-1].id)
        assert last is not None
    while not delete_some(hub, row):
        with hub.write() as session:
            assert claims.claim(session, last.job_id, "worker", "cpu:1") is None
    with hub.read() as session:
        assert sweeps.get_of(session, DEFAULT_WORKSPACE, row.id) is None
        assert experiments.get(session, last.id) is None


def test_an_epoch_of_all_members_is_one_transaction_and_one_row_in_each_log(hub: Hub) -> None:
    row = add(hub)
    with hub.read() as session:
        ids = [outcome.id for outcome in sweeps.outcomes(session, row)]
        first = experiments.get(session, ids[0])
        assert first is not None
    claimed = claim(hub, first)
    with hub.write() as session:
        epochs = {one.id: runs.EpochResult(metrics_row(1), best=True) for one in claimed.members}
        runs.record_epochs(session, claimed.lease, epochs)
    with hub.read() as session:
        found = [session.get_one(ExperimentRow, one) for one in ids]
        assert [(one.epoch, one.events) for one in found] == [(1, 3)] * 6  # queued, running, the epoch
