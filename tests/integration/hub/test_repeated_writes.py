"""A commit may succeed although its acknowledgement is lost: a repeated write then changes nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from gradus.status import Status
from hub.hub import Hub
from hub.jobs import checkpoints, claims, runs
from hub.jobs.leases import Lease
from hub.messaging.outbox import outbox
from tests.integration.hub.work import claim, metrics_row, submit, train_epoch, unacknowledged
from tests.integration.hub.writes import WRITES, everything, put, saved
from worker.database_retry import with_retry, write_once

Seen = tuple[object, ...]


def repeating(hub: Hub, look: Callable[[], None]) -> Callable[[], AbstractContextManager[Session]]:
    """Opens transactions: the commit of the first is not acknowledged, and the second is an ordinary one. Calls `look`
    between the two."""
    attempts = iter((unacknowledged, None))

    @contextmanager
    def acknowledged() -> Iterator[Session]:
        look()
        with hub.write() as session:
            yield session

    return lambda: attempt(hub) if (attempt := next(attempts)) else acknowledged()


def write_twice(hub: Hub, name: str, lease: Lease, one: str) -> Seen:
    """Write, lose the acknowledgement, and write again. Returns everything that could be read after the first write."""
    once: list[Seen] = []
    enter = repeating(hub, lambda: once.append(everything(hub, one)))
    write_once(enter, lease, lambda session, lease: WRITES[name](session, lease, one), lambda: False)
    return once[0]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_is_repeated_comes_to_what_it_came_to_at_first(hub: Hub, name: str) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    train_epoch(hub, claimed, 1)
    once = write_twice(hub, name, claimed.lease, row.id)
    assert everything(hub, row.id) == once


def test_a_claim_that_is_repeated_is_the_same_claim(hub: Hub) -> None:
    row = submit(hub)
    once: list[Seen] = []
    enter = repeating(hub, lambda: once.append(everything(hub, row.id)))
    claimed = with_retry(
        enter, lambda session: claims.claim(session, row.job_id, "worker", "cpu:1", write="wrt_1"), lambda: False
    )
    assert claimed is not None
    assert [member.id for member in claimed.members] == [row.id]
    assert everything(hub, row.id) == once[0]
    with hub.write() as session:
        assert claims.claim(session, row.job_id, "worker", "cpu:1") is None, "another slot had the same hint"


def test_the_best_epochs_file_stays_when_its_row_was_written_twice(hub: Hub) -> None:
    row = submit(hub, epochs=9)
    claimed = claim(hub, row)
    one, lease = row.id, claimed.lease
    for epoch in range(1, 8):
        kept = saved(lease, one, epoch)
        put(hub, kept)
        told = {one: runs.EpochResult(metrics_row(epoch), best=epoch == 2, checkpoint=kept)}
        write_once(repeating(hub, lambda: None), lease, partial(runs.record_epochs, epochs=told), lambda: False)
    hub.close()  # once what was to be removed is
    with hub.read() as session:
        named = [kept.key.partition("/")[2] for kept in checkpoints.newest_first(session, one)]
    assert sorted(named) == ["1-2-2", "1-6-6", "1-7-7"]
    assert hub.artifacts.names(one) == sorted(named)


def test_no_file_goes_that_a_row_names_whoever_says_that_it_may(hub: Hub) -> None:
    row = submit(hub)
    lease = claim(hub, row).lease
    first, second = saved(lease, row.id, 0), saved(lease, row.id, 1)
    for kept in (first, second):
        put(hub, kept)
    with hub.write() as session:
        runs.record_checkpoint(session, lease, row.id, first)
        outbox(session).deletions += [first.key, second.key, row.id]
    hub.close()
    assert hub.artifacts.names(row.id) == ["1-0-0"]


def test_what_was_left_without_a_name_goes_with_the_end_of_the_run(hub: Hub) -> None:
    row = submit(hub)
    lease = claim(hub, row).lease
    for epoch in (0, 1):
        put(hub, saved(lease, row.id, epoch))
    with hub.write() as session:
        runs.record_checkpoint(session, lease, row.id, saved(lease, row.id, 0))
    with hub.write() as session:
        runs.end(session, lease, row.id, Status.CANCELLED)
    hub.close()
    assert hub.artifacts.names(row.id) == ["1-0-0"]


def test_the_hint_goes_out_although_nobody_heard_that_the_job_was_handed_back(hub: Hub) -> None:
    row = submit(hub)
    lease = claim(hub, row).lease
    assert hub.flush()
    waiting = hub.queue.depth("auto")
    with suppress(OperationalError), unacknowledged(hub) as session:
        runs.hand_back(session, lease, "going")
    assert hub.flush()
    assert hub.queue.depth("auto") == waiting + 1
