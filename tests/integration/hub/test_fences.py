"""A worker that has lost its lease cannot write anything, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.database.database import now
from hub.hub import Hub
from hub.jobs.leases import LeaseLost
from hub.tables import JobRow
from tests.integration.hub.work import claim, submit, train_epoch
from tests.integration.hub.writes import WRITES, everything, public_writes


def test_the_table_has_every_write_of_a_worker() -> None:
    assert public_writes() == WRITES.keys()


@pytest.mark.parametrize("name", WRITES)
def test_a_stale_worker_leaves_no_row_no_checkpoint_and_no_event(hub: Hub, name: str) -> None:
    row = submit(hub)
    stale = claim(hub, row, "first")
    train_epoch(hub, stale, 1)
    with hub.write() as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(JobRow).where(JobRow.id == row.job_id).values(lease_until=past))
    claim(hub, row, "second")
    before = everything(hub, row.id)
    with pytest.raises(LeaseLost), hub.write() as session:
        WRITES[name](session, stale.lease, row.id)
    assert everything(hub, row.id) == before
