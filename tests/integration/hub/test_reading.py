"""What a client reads while others write, on both databases."""

import pytest
from sqlalchemy import text

from hub.experiments import metrics
from hub.hub import Hub
from tests.integration.hub.work import claim, submit, train_epoch


def test_all_that_is_read_at_once_is_of_one_moment(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    train_epoch(hub, claimed, 1)
    with hub.read() as session:
        standing = metrics.standing(session, row.workspace_id, [row.id])
        train_epoch(hub, claimed, 2)
        found = metrics.read(session, row.id)
    assert [one.epoch for one in found] == [1]
    assert [epoch for epoch, *_ in standing.values()] == [1]
    with hub.read() as session:
        assert [one.epoch for one in metrics.read(session, row.id)] == [1, 2]


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_a_connection_that_read_can_write_again_and_sees_what_others_wrote_meanwhile(hub: Hub) -> None:
    with hub.read() as session:
        reader = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    asked = (
        "SELECT pg_backend_pid(), current_setting('transaction_isolation'), current_setting('transaction_read_only')"
    )
    with hub.write() as session:
        writer, level, read_only = session.execute(text(asked)).one()
    assert (writer, level, read_only) == (reader, "read committed", "off")
