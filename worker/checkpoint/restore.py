"""Finding the newest checkpoint that is whole, and fitting it to a run that may have changed since."""

import errno
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from hub.artifacts.manifest import Damaged
from hub.artifacts.store import ArtifactStore
from hub.jobs.checkpoint_ref import CheckpointRef
from worker.checkpoint.files import CheckpointState, read
from worker.training.state import MemberState, State
from worker.training.target_scale import NAME as SCALE

MEMORY = ("adagrad.", "adam.", "momentum.", "rmsprop.")
"""How the names of what optimizers remember begin."""
LONGEST_PAUSE = 5.0
PATIENT_TRIES = 4
"""After these, most of a second, the experiment's log tells that it waits."""
TRIES = 12
"""After these, half a minute, it is not the store that is away but one of its files that is bad."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""What this machine lacks and the checkpoint is not to blame for."""

Say = Callable[[str, str], None]
Found = tuple[CheckpointRef, CheckpointState]
"""A checkpoint, and what it holds."""

logger = logging.getLogger(__name__)


def restore(
    store: ArtifactStore, candidates: Sequence[CheckpointRef], say: Say, sleep: Callable[[float], object] = time.sleep
) -> Found | None:
    """The first of the checkpoints, newest first, that is as it was written; None if there is none.

    Waits while the store is away. `say` hears, with its level, what an experiment's log should tell.
    """
    for saved in candidates:
        try:
            kept = _read_patiently(store, saved, say, sleep)
        except Damaged as damage:
            say(f"the checkpoint after {_place(saved)} is damaged ({damage}): an earlier one has to do", "warning")
            continue
        say(f"goes on from the checkpoint after {_place(saved)}", "info")
        return saved, kept
    if candidates:
        say("no checkpoint is whole: from the start", "warning")
    return None


def extend(state: State) -> State:
    """The state of a run that is to go on for longer, although it may have come to its end."""
    (member,) = state.members
    going_on = replace(member, ending=None, standing=replace(member.standing, waited=0))
    return replace(state, members=(going_on,))


def graft(state: State) -> State:
    """The state of another experiment as the beginning of a new one.

    Weights, running statistics and the optimizer's memory come along; what is the best epoch, and how long early
    stopping has waited, is judged anew.
    """
    tensors = {name: tensor for name, tensor in state.tensors.items() if name.startswith((*MEMORY, SCALE))}
    for name in ("parameters", "statistics"):
        tensors[name] = tensors[f"best.{name}"] = state.tensors[name]
    return replace(state, members=(MemberState(),), tensors=tensors)


def _read_patiently(
    store: ArtifactStore, saved: CheckpointRef, say: Say, sleep: Callable[[float], object]
) -> CheckpointState:
    """What the checkpoint holds.

    Raises:
        Damaged: it is not as it was written, or cannot be read although the store answers.
    """
    pause, tries = 0.1, 0
    while True:
        tries += 1
        try:
            with store.open(saved.key, saved.digest) as folder:
                return read(folder)
        except OSError as error:
            logger.warning("%s cannot be read, trying again in %.2g s: %s", saved.key, pause, error)
            if tries >= TRIES and error.errno not in NO_ROOM and _answers(store, saved):
                raise Damaged(f"it cannot be read: {error}") from error
            if tries == PATIENT_TRIES:
                say(f"waits: the checkpoint after {_place(saved)} cannot be read ({error})", "warning")
        sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


def _answers(store: ArtifactStore, saved: CheckpointRef) -> bool:
    """Whether the store is there, whatever this one checkpoint of it is."""
    try:
        store.names(saved.key.partition("/")[0])
    except OSError:
        return False
    return True


def _place(saved: CheckpointRef) -> str:
    return f"epoch {saved.epoch}" if saved.whole else f"step {saved.step} in epoch {saved.epoch + 1}"
