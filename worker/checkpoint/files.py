"""The files of a checkpoint: tensors as safetensors, everything else as JSON. Nothing is ever unpickled.

The preprocessing of the data is in a separate file, as it was when the weights were trained.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from gradus.checkpoint_files import DOCUMENT, FLAT_FORMAT, NAMED_FORMAT, TENSORS
from gradus.encoding import PREPROCESSING_FILE
from gradus.spec.layout import Layout
from hub.artifacts.manifest import Damaged
from worker.checkpoint.named_tensors import to_named, to_rows
from worker.training.state import State, read_state


@dataclass(frozen=True, eq=False)
class CheckpointState:
    """The content of a checkpoint."""

    state: State
    """The state of one experiment, on the CPU."""
    seconds: float
    """Training time spent in the current epoch."""
    extensions: int
    """How often the run had been extended."""
    layout: Layout
    """The positions of the parameters in the rows of the state."""
    preprocessing: str | None = None
    """JSON of the preprocessing of the data; None for a checkpoint of an older version on a built-in data set."""


def write(checkpoint: CheckpointState, folder: Path) -> None:
    """Write a checkpoint's files into an empty folder.

    Raises:
        OSError: the disk is full or faulty.
    """
    tensors = to_named(checkpoint.state.tensors, checkpoint.layout)
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / TENSORS)
    except SafetensorError as error:
        raise OSError(f"{TENSORS} cannot be written: {error}") from error
    document = {
        "format": NAMED_FORMAT,
        "seconds": checkpoint.seconds,
        "extensions": checkpoint.extensions,
        "state": checkpoint.state.document(),
    }
    (folder / DOCUMENT).write_text(json.dumps(document, indent=1), encoding="utf-8")
    if checkpoint.preprocessing is not None:
        (folder / PREPROCESSING_FILE).write_text(checkpoint.preprocessing, encoding="utf-8")


def read(folder: Path, layout: Layout) -> CheckpointState:
    """Read a checkpoint of a network with this layout from its files.

    Raises:
        Damaged: the checkpoint has the format of a newer version, or lacks a tensor.
    """
    document = json.loads((folder / DOCUMENT).read_text(encoding="utf-8"))
    if document["format"] not in (FLAT_FORMAT, NAMED_FORMAT):
        raise Damaged(f"{DOCUMENT} has format {document['format']}, which this version does not read")
    tensors = load_file(folder / TENSORS)
    if document["format"] == NAMED_FORMAT:
        tensors = to_rows(tensors, layout)
    preprocessing = folder / PREPROCESSING_FILE
    return CheckpointState(
        read_state(document["state"], tensors),
        document["seconds"],
        document["extensions"],
        layout,
        preprocessing.read_text(encoding="utf-8") if preprocessing.exists() else None,
    )
