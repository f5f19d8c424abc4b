"""The slots of a job's array: every experiment keeps its slot, so that its results do not depend on which others
remain.

The last bits of a batched matrix product depend on the number of members and on a member's index. So an array keeps its
size and order for ever; the slot of an experiment that ended, was paused or moved is filled with a copy of another.
"""

from collections.abc import Sequence

from worker.checkpoint.files import CheckpointState
from worker.trainer.protocol import Trainee

StartingPoint = tuple[Trainee, CheckpointState | None]
"""An experiment, and the checkpoint that it continues from; None means from the beginning."""
PLACEHOLDER_ID = ""
"""The id of a copy that fills a slot: nothing is reported for it."""


def align_checkpoints(trainees: Sequence[Trainee]) -> list[Trainee]:
    """Drop a member's newest checkpoint if its second newest is at the same step as another member's newest.

    A worker that was lost while it wrote the checkpoints of an array leaves some members one checkpoint ahead. Without
    this, they would never again train in the same array as the others.
    """
    newest = {_steps(trainee)[0] for trainee in trainees}
    return [
        trainee.model_copy(update={"checkpoints": trainee.checkpoints[1:]})
        if trainee.checkpoints and _steps(trainee)[1] in newest
        else trainee
        for trainee in trainees
    ]


def group_by_step(starts: Sequence[StartingPoint]) -> list[list[StartingPoint]]:
    """Groups of experiments that start at the same step, and so train together."""
    groups: dict[tuple[int, int, int], list[StartingPoint]] = {}
    for trainee, checkpoint in starts:
        state = checkpoint.state if checkpoint else None
        step = (state.epoch, state.step_in_epoch, state.step) if state else (0, 0, 0)
        groups.setdefault(step, []).append((trainee, checkpoint))
    return list(groups.values())


def fill_slots(group: Sequence[StartingPoint], slots: int) -> list[StartingPoint]:
    """Every experiment in its slot of the array, and copies of the first in all other slots."""
    first, checkpoint = group[0]
    filled: list[StartingPoint] = [(first.model_copy(update={"id": PLACEHOLDER_ID}), checkpoint)] * slots
    for trainee, its in group:
        filled[trainee.place] = (trainee, its)
    return filled


def _steps(trainee: Trainee) -> tuple[int, ...]:
    """The steps of a trainee's checkpoints, newest first, and 0 for the beginning of the run."""
    return (*(saved.step for saved in trainee.checkpoints), 0)
