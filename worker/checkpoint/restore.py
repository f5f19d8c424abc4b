"""Restores a run from its newest intact checkpoint, and adapts the state to an extended run or a fork."""

import errno
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from gradus.spec.layout import Layout
from hub.artifacts.manifest import Damaged
from hub.artifacts.store import ArtifactStore
from hub.jobs.checkpoint_ref import CheckpointRef
from worker.checkpoint.files import CheckpointState, read
from worker.checkpoint.named_tensors import OPTIMIZER_STATE
from worker.training.state import MemberState, State
from worker.training.target_scale import NAME as SCALE

MAX_PAUSE_SECONDS = 5.0
TRIES_BEFORE_LOG = 4
"""After this many attempts, which take most of a second, the experiment's log says that the run waits."""
MAX_TRIES = 12
"""After this many attempts, which take half a minute, a checkpoint counts as damaged if the store itself is
available."""
LACK_OF_RESOURCES = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
"""Errors that mean that this machine lacks disk, files or memory, not that the checkpoint is damaged."""

Log = Callable[[str, str], None]
"""Writes a message with a level to the experiment's log."""
Restored = tuple[CheckpointRef, CheckpointState]

logger = logging.getLogger(__name__)


def restore(
    store: ArtifactStore,
    candidates: Sequence[CheckpointRef],
    layout: Layout,
    log: Log,
    sleep: Callable[[float], object] = time.sleep,
) -> Restored | None:
    """The first intact checkpoint of the candidates, newest first; None if there is none. `layout` is that of their
    network.

    Waits while the store is unavailable.
    """
    for saved in candidates:
        try:
            checkpoint = _read_with_retry(store, saved, layout, log, sleep)
        except Damaged as damage:
            log(f"the checkpoint after {_position(saved)} is damaged ({damage}): trying an earlier one", "warning")
            continue
        log(f"continuing from the checkpoint after {_position(saved)}", "info")
        return saved, checkpoint
    if candidates:
        log("no checkpoint is intact: starting from the beginning", "warning")
    return None


def extend(state: State) -> State:
    """The state of an extended run: it is no longer marked as ended, and early stopping counts its patience from 0."""
    (member,) = state.members
    extended = replace(member, ending=None, standing=replace(member.standing, waited=0))
    return replace(state, members=(extended,))


def fork_state(state: State) -> State:
    """The initial state of a fork, from the state of the experiment that it was forked from.

    Keeps the weights, running statistics and optimizer state; resets the best epoch and early stopping.
    """
    tensors = {name: tensor for name, tensor in state.tensors.items() if name.startswith((*OPTIMIZER_STATE, SCALE))}
    for name in ("parameters", "statistics"):
        tensors[name] = tensors[f"best.{name}"] = state.tensors[name]
    return replace(state, members=(MemberState(),), tensors=tensors)


def _read_with_retry(
    store: ArtifactStore, saved: CheckpointRef, layout: Layout, log: Log, sleep: Callable[[float], object]
) -> CheckpointState:
    """The content of a checkpoint, with retries while the store is unavailable.

    Raises:
        Damaged: the content has changed, or cannot be read although the store is available.
    """
    pause, tries = 0.1, 0
    while True:
        tries += 1
        try:
            with store.open(saved.key, saved.digest) as folder:
                return read(folder, layout)
        except OSError as error:
            logger.warning("%s cannot be read, next attempt in %.2g s: %s", saved.key, pause, error)
            if tries >= MAX_TRIES and error.errno not in LACK_OF_RESOURCES and _is_available(store, saved):
                raise Damaged(f"cannot be read: {error}") from error
            if tries == TRIES_BEFORE_LOG:
                log(f"waiting: the checkpoint after {_position(saved)} cannot be read ({error})", "warning")
        sleep(pause)
        pause = min(2 * pause, MAX_PAUSE_SECONDS)


def _is_available(store: ArtifactStore, saved: CheckpointRef) -> bool:
    """Whether the store is available, even if this checkpoint is not."""
    try:
        store.names(saved.key.partition("/")[0])
    except OSError:
        return False
    return True


def _position(saved: CheckpointRef) -> str:
    return f"epoch {saved.epoch}" if saved.whole else f"step {saved.step} in epoch {saved.epoch + 1}"
