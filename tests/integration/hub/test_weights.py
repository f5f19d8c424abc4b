"""Which checkpoint contains the requested weights, once a worker has recorded it."""

import pytest

from gradus.errors import NotFound
from hub.hub import Hub
from hub.jobs import claims, runs
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from hub.jobs.weights import Epoch, Weights, epochs_of, find_weights
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.integration.hub.work import claim, metrics_row, submit


def test_the_best_and_the_last_are_those_of_this_moment(hub: Hub) -> None:
    row = submit(hub, checkpoint=1)
    with pytest.raises(NotFound, match="has no checkpoint yet"):
        found(hub, row, "best")
    claimed = claim(hub, row)
    seen = []
    for epoch, is_best in ((1, True), (2, False), (3, True)):
        record(hub, claimed, epoch, is_best=is_best)
        pair = [found(hub, row, "best"), found(hub, row, "last")]
        seen.append([(one.epoch, one.checkpoint.step, one.which) for one in pair])
    assert seen == [[(1, 1, "last")] * 2, [(1, 1, "last"), (2, 2, "last")], [(3, 3, "last")] * 2]


def test_every_later_checkpoint_has_the_best_weights_too(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    with hub.write() as session:
        result = runs.EpochResult(metrics_row(1), best=True)
        runs.record_epochs(session, claimed.lease, {row.id: result})
    record(hub, claimed, 2, is_best=False)
    best = found(hub, row, "best")
    assert (best.epoch, best.checkpoint.epoch, best.which) == (1, 2, "best")
    assert found(hub, row, 1) == best
    with hub.read() as session:
        assert epochs_of(session, session.get_one(ExperimentRow, row.id)) == [1, 2]


def test_another_workspace_finds_nothing(hub: Hub) -> None:
    row = submit(hub)
    record(hub, claim(hub, row), 1, is_best=True)
    with hub.read() as session:
        assert find_weights(session, "ws_other", row.id, "best") is None
        assert find_weights(session, DEFAULT_WORKSPACE, "exp_other", "best") is None


def found(hub: Hub, row: ExperimentRow, epoch: Epoch) -> Weights:
    with hub.read() as session:
        weights = find_weights(session, DEFAULT_WORKSPACE, row.id, epoch)
    assert weights is not None
    return weights


def record(hub: Hub, claimed: claims.Claim, epoch: int, *, is_best: bool) -> None:
    (member,) = claimed.members
    key = key_of(member.id, claimed.lease.token, epoch, epoch)
    kept = CheckpointRef(key=key, digest=f"{epoch:064}", size=1, epoch=epoch, step=epoch, whole=True)
    with hub.write() as session:
        result = runs.EpochResult(metrics_row(epoch), is_best, kept)
        runs.record_epochs(session, claimed.lease, {member.id: result})
