"""The files of a checkpoint: the tensors as safetensors, the rest as JSON. Nothing is ever unpickled."""

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from hub.artifacts.manifest import Damaged
from worker.training.state import State, read_state

FORMAT = 1
TENSORS = "state.safetensors"
DOCUMENT = "state.json"


@dataclass(frozen=True, eq=False)
class CheckpointState:
    """What a checkpoint holds."""

    state: State
    """Of one experiment, on the CPU."""
    seconds: float
    """Spent in the epoch in progress."""
    extensions: int
    """How often the run had been given more epochs."""


def write(kept: CheckpointState, folder: Path) -> None:
    """Write the files into an empty folder.

    Raises:
        OSError: the disk is full or broken.
    """
    try:
        save_file({name: tensor.contiguous() for name, tensor in kept.state.tensors.items()}, folder / TENSORS)
    except SafetensorError as error:
        raise OSError(f"{TENSORS} cannot be written: {error}") from error
    document = {
        "format": FORMAT,
        "seconds": kept.seconds,
        "extensions": kept.extensions,
        "state": kept.state.document(),
    }
    (folder / DOCUMENT).write_text(json.dumps(document, indent=1), encoding="utf-8")


def read(folder: Path) -> CheckpointState:
    """What `write` wrote.

    Raises:
        Damaged: it was written by a version that wrote another format.
    """
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    if document["format"] != FORMAT:
        raise Damaged(f"{DOCUMENT} is of format {document['format']}, and this version reads {FORMAT}")
    return CheckpointState(
        read_state(document["state"], load_file(folder / TENSORS)), document["seconds"], document["extensions"]
    )
