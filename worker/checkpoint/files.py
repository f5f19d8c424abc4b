"""The files of a checkpoint: tensors as safetensors, everything else as JSON. Nothing is ever unpickled.

The preprocessing of an uploaded data set is a file of its own, as it was when the weights were trained.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from gradus.encoding import PREPROCESSING_FILE
from hub.artifacts.manifest import Damaged
from worker.training.state import State, read_state

FORMAT = 1
TENSORS = "state.safetensors"
DOCUMENT = "state.json"


@dataclass(frozen=True, eq=False)
class CheckpointState:
    """The content of a checkpoint."""

    state: State
    """The state of one experiment, on the CPU."""
    seconds: float
    """Training time spent in the current epoch."""
    extensions: int
    """How often the run had been extended."""
    preprocessing: str | None = None
    """JSON of the preprocessing of the data; None for a built-in data set."""


def write(checkpoint: CheckpointState, folder: Path) -> None:
    """Write a checkpoint's files into an empty folder.

    Raises:
        OSError: the disk is full or faulty.
    """
    try:
        save_file({name: tensor.contiguous() for name, tensor in checkpoint.state.tensors.items()}, folder / TENSORS)
    except SafetensorError as error:
        raise OSError(f"{TENSORS} cannot be written: {error}") from error
    document = {
        "format": FORMAT,
        "seconds": checkpoint.seconds,
        "extensions": checkpoint.extensions,
        "state": checkpoint.state.document(),
    }
    (folder / DOCUMENT).write_text(json.dumps(document, indent=1), encoding="utf-8")
    if checkpoint.preprocessing is not None:
        (folder / PREPROCESSING_FILE).write_text(checkpoint.preprocessing, encoding="utf-8")


def read(folder: Path) -> CheckpointState:
    """Read a checkpoint from its files.

    Raises:
        Damaged: the checkpoint has the format of another version.
    """
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    if document["format"] != FORMAT:
        raise Damaged(f"{DOCUMENT} has format {document['format']}, but this version reads format {FORMAT}")
    preprocessing = folder / PREPROCESSING_FILE
    return CheckpointState(
        read_state(document["state"], load_file(folder / TENSORS)),
        document["seconds"],
        document["extensions"],
        preprocessing.read_text(encoding="utf-8") if preprocessing.exists() else None,
    )
