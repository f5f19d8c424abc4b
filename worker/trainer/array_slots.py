"""Places: how a job's experiments sit in its array, so that each gives the same bits whoever else is left.

The last bits of a batched product depend on how many members an array has and where in it one sits. So an array keeps
its size and its places for good; where an experiment is over, paused or elsewhere, a copy of another one sits in.
"""

from collections.abc import Sequence

from worker.checkpoint.files import CheckpointState
from worker.trainer.protocol import Trainee

Stand = tuple[Trainee, CheckpointState | None]
"""An experiment, and the checkpoint that it goes on from; None means from the start."""
NOBODY = ""
"""The id of who sits in for another: nothing is told of it."""


def in_step(trainees: Sequence[Trainee]) -> list[Trainee]:
    """The same; who has a newer checkpoint than others, and theirs before it, goes on from theirs.

    A worker that vanished while it wrote the checkpoints of an array leaves some of its members one checkpoint
    ahead: they would train apart ever after.
    """
    newest = {_steps(trainee)[0] for trainee in trainees}
    return [
        trainee.model_copy(update={"checkpoints": trainee.checkpoints[1:]})
        if trainee.checkpoints and _steps(trainee)[1] in newest
        else trainee
        for trainee in trainees
    ]


def groups(stands: Sequence[Stand]) -> list[list[Stand]]:
    """Those that stand at the same step train side by side."""
    found: dict[tuple[int, int, int], list[Stand]] = {}
    for trainee, kept in stands:
        state = kept.state if kept else None
        place = (state.epoch, state.step_in_epoch, state.step) if state else (0, 0, 0)
        found.setdefault(place, []).append((trainee, kept))
    return list(found.values())


def seated(group: Sequence[Stand], places: int) -> list[Stand]:
    """Each in its place of the array; in every other a copy of the first."""
    first, kept = group[0]
    seats: list[Stand] = [(first.model_copy(update={"id": NOBODY}), kept)] * places
    for trainee, its in group:
        seats[trainee.place] = (trainee, its)
    return seats


def _steps(trainee: Trainee) -> tuple[int, ...]:
    """Of its checkpoints, newest first, with the start of the run at the end."""
    return (*(saved.step for saved in trainee.checkpoints), 0)
