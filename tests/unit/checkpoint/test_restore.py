"""Finding the newest checkpoint that can be read."""

import copy
import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from gradus.checkpoint_files import DOCUMENT, TENSORS
from hub.artifacts.manifest import MANIFEST
from hub.artifacts.store import ArtifactStore, artifact_store
from hub.jobs.checkpoint_ref import CheckpointRef, key_of
from tests.unit.checkpoint.damage import cut_off, flip_a_bit
from tests.unit.checkpoint.test_files import run, spec
from worker.checkpoint.files import CheckpointState, write
from worker.checkpoint.restore import LACK_OF_RESOURCES, MAX_TRIES, restore

UNREADABLE = Path("/proc/self/mem")
"""A file whose first bytes cannot be read: an input/output error, as on a bad disk."""
RUN = run(spec())
KEPT = CheckpointState(RUN.state(), 0.0, 0, RUN.layout)
STEPS, REPORTS = 6, 4
"""Of an epoch."""


@pytest.fixture(scope="module")
def states() -> list[CheckpointState]:
    """Before the first report of a run, and after each."""
    training = run(spec(epochs=3, optimizer="adam"))
    found: list[CheckpointState] = []
    while len(found) <= 2 * REPORTS:
        state = copy.deepcopy(training.state())
        found.append(CheckpointState(state, float(len(found)), len(found), training.layout, f'{{"n": {len(found)}}}'))
        next(training)
    return found


def kept(
    store: ArtifactStore, epoch: int, state: CheckpointState = KEPT, step: int | None = None, *, whole: bool = True
) -> CheckpointRef:
    step = STEPS * epoch if step is None else step
    key = key_of("exp_1", 1, epoch, step)
    receipt = store.put(key, lambda folder: write(state, folder))
    return CheckpointRef(key=key, digest=receipt.digest, size=receipt.size, epoch=epoch, step=step, whole=whole)


def parts(checkpoint: CheckpointState) -> tuple[object, ...]:
    """All that it consists of, to be compared."""
    tensors = {name: (tensor.dtype, tensor.tolist()) for name, tensor in checkpoint.state.tensors.items()}
    whose = checkpoint.state.document(), checkpoint.seconds, checkpoint.extensions
    return *whose, checkpoint.layout, checkpoint.preprocessing, tensors


@pytest.mark.skipif(not UNREADABLE.exists(), reason="only Linux has such a file")
def test_a_checkpoint_that_cannot_be_read_is_told_of_and_the_one_before_has_to_do(tmp_path: Path) -> None:
    store = artifact_store(str(tmp_path))
    newest, before = kept(store, 2), kept(store, 1)
    bad = tmp_path / newest.key / MANIFEST
    bad.unlink()
    bad.symlink_to(UNREADABLE)
    said: list[str] = []
    pauses: list[float] = []
    found = restore(store, [newest, before], RUN.layout, lambda message, _: said.append(message), pauses.append)
    assert found is not None
    assert found[0] == before
    assert len(pauses) == MAX_TRIES - 1
    assert [message.split(" (")[0] for message in said] == [
        "waiting: the checkpoint after epoch 2 cannot be read",
        "the checkpoint after epoch 2 is damaged",
        "continuing from the checkpoint after epoch 1",
    ]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("damage", [cut_off, flip_a_bit, Path.unlink])
@pytest.mark.parametrize("name", [TENSORS, DOCUMENT, MANIFEST])
def test_from_a_damaged_checkpoint_it_falls_back_to_the_one_before_and_says_so(
    tmp_path: Path, states: list[CheckpointState], damage: Callable[[Path], None], name: str, whole: bool
) -> None:
    store = artifact_store(str(tmp_path))
    if whole:
        newest, content = kept(store, 2, states[2 * REPORTS]), states[REPORTS]
        before = kept(store, 1, content)
        places = "epoch 2", "epoch 1"
    else:  # in the middle of the second epoch
        newest, content = kept(store, 1, states[REPORTS + 2], STEPS + 4, whole=False), states[REPORTS + 1]
        before = kept(store, 1, content, STEPS + 2, whole=False)
        places = "step 10 in epoch 2", "step 8 in epoch 2"
    damage(tmp_path / newest.key / name)
    said: list[tuple[str, str]] = []
    found = restore(store, [newest, before], content.layout, lambda message, level: said.append((level, message)))
    assert found is not None
    assert found[0] == before
    assert parts(found[1]) == parts(content)
    (level, warning), told = said
    assert level == "warning"
    assert warning.startswith(f"the checkpoint after {places[0]} is damaged ({name} ")
    assert told == ("info", f"continuing from the checkpoint after {places[1]}")


def test_each_of_the_checkpoints_differs_from_the_one_before(states: list[CheckpointState]) -> None:
    """In tensors and numbers: else it could be taken for that one."""
    for one, other in pairwise(states):
        assert all(here != there for here, there in zip(parts(one)[:3], parts(other)[:3], strict=True))
        assert parts(one)[-1] != parts(other)[-1]


class Trouble:
    """A store that fails in the first `calls` calls."""

    def __init__(self, store: ArtifactStore, number: int, calls: int, *, away: bool) -> None:
        self._store, self._number, self._calls, self._away = store, number, calls, away
        self.put, self.delete, self.local, self.size = store.put, store.delete, store.local, store.size

    @contextmanager
    def open(self, key: str, digest: str) -> Iterator[Path]:
        self._calls -= 1
        if self._calls >= 0:
            raise OSError(self._number, "trouble")
        with self._store.open(key, digest) as folder:
            yield folder

    def fetch(self, key: str, digest: str, folder: Path) -> None:
        self._store.fetch(key, digest, folder)

    def names(self, folder: str) -> list[str]:
        if self._away:
            raise OSError(self._number, "trouble")
        return self._store.names(folder)


@pytest.mark.parametrize(
    ("number", "away"), [(errno.EIO, True), *((number, False) for number in sorted(LACK_OF_RESOURCES))]
)
def test_a_store_that_is_away_and_a_machine_without_room_are_waited_for(
    tmp_path: Path, number: int, away: bool
) -> None:
    store = artifact_store(str(tmp_path))
    newest = kept(store, 2)
    pauses: list[float] = []
    silent: Callable[[str, str], None] = lambda _, __: None  # noqa: E731
    found = restore(Trouble(store, number, 3 * MAX_TRIES, away=away), [newest], RUN.layout, silent, pauses.append)
    assert found is not None
    assert found[0] == newest
    assert len(pauses) == 3 * MAX_TRIES
