"""Which checkpoints of a run are kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradus.spec.checkpoint import Checkpoint
from hub.jobs.checkpoints import surplus
from hub.tables import CheckpointRow


def rows(epochs: list[float]) -> list[CheckpointRow]:
    """Checkpoints after these epochs, in the order in which they were made, returned newest first. 2.5 stands for the
    middle of epoch 3."""
    made = [
        CheckpointRow(
            id=number,
            experiment_id="exp",
            token=1,
            epoch=int(epoch),
            step=int(epoch * 10),
            whole=epoch == int(epoch),
            key=f"exp/1-{number}",
            digest="",
            size=1,
            created_at=datetime.now(UTC),
        )
        for number, epoch in enumerate(epochs)
    ]
    return made[::-1]


@pytest.mark.parametrize(
    ("made", "best", "wish", "kept"),
    [
        ([1], None, {}, [1]),
        ([1, 2, 3, 4], None, {}, [3, 4]),  # the newest, and one to fall back to
        ([1, 2, 3, 4], 1, {}, [1, 3, 4]),
        ([1, 2, 3, 3.5], 2, {}, [2, 3, 3.5]),
        ([1, 2, 2.3, 2.6], 2, {}, [2, 2.3, 2.6]),
        ([0.3, 0.6, 0.9], None, {}, [0.6, 0.9]),
        ([1, 2, 3, 4, 5, 6, 7], 1, {"every": 2}, [1, 2, 4, 6, 7]),
        ([1, 2, 3, 4, 5, 6, 7], 1, {"every": 2, "keep": 1}, [1, 6, 7]),
        ([1, 2, 3, 4, 5, 6, 7], None, {"every": 1, "keep": 3}, [5, 6, 7]),
    ],
)
def test_the_best_the_last_and_what_the_spec_asks_for_are_kept(
    made: list[float], best: int | None, wish: dict[str, int], kept: list[float]
) -> None:
    all_rows = rows(made)
    gone = surplus(all_rows, best, Checkpoint(**wish))
    assert [made[row.id] for row in reversed(all_rows) if row not in gone] == kept


def test_of_an_epoch_that_was_trained_again_the_newer_checkpoint_is_kept() -> None:
    all_rows = rows([2, 3, 4, 2, 3, 4, 5])
    gone = surplus(all_rows, 2, Checkpoint())
    assert [row.id for row in all_rows if row not in gone] == [6, 5, 3]


@given(
    made=st.lists(st.integers(1, 12), max_size=30),
    best=st.none() | st.integers(1, 12),
    wish=st.builds(Checkpoint, every=st.none() | st.integers(1, 5), keep=st.integers(1, 5)),
)
def test_thinning_out_after_each_checkpoint_keeps_what_thinning_out_once_keeps(
    made: list[int], best: int | None, wish: Checkpoint
) -> None:
    kept: list[CheckpointRow] = []
    for row in reversed(rows(list(made))):
        kept.insert(0, row)
        gone = surplus(kept, best, wish)
        kept = [one for one in kept if one not in gone]
    assert [row.id for row in kept[:2]] == list(range(len(made)))[::-1][:2]
    newest = {epoch: number for number, epoch in enumerate(made)}
    assert best not in newest or newest[best] in [row.id for row in kept]
    assert len(kept) <= 3 + (wish.keep if wish.every else 0)
