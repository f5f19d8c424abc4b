"""Files of a trained network for download."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.services.weights import Chosen, built, choose, trained, with_files
from gradus.encoding import PREPROCESSING_FILE
from gradus.errors import NotFound
from hub.hub import Hub
from hub.jobs.weights import Epoch

ONNX, WEIGHTS = "model.onnx", "weights.safetensors"


@dataclass(frozen=True)
class ExportedFile:
    """A file, and what it was made from."""

    content: bytes
    tag: str
    """An identifier of the weights."""
    media_type: str


def export(hub: Hub, workspace_id: str, experiment_id: str, name: str, epoch: Epoch) -> ExportedFile:
    """A file of an experiment's epoch.

    Raises:
        NotFound: there is no such experiment, epoch or file.
    """
    if name not in _FILES:
        raise NotFound(f"no export '{name[:100]}': there are {', '.join(_FILES)}", code="no_export")
    media_type, make = _FILES[name]

    def write(chosen: Chosen, folder: Path) -> ExportedFile:
        return ExportedFile(make(chosen, folder), chosen.weights.tag, media_type)

    return with_files(hub, lambda: choose(hub, workspace_id, experiment_id, epoch), write)


def tag(hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch) -> str:
    """The identifier of the weights of an experiment's epoch.

    Raises:
        NotFound: there is no such experiment or epoch.
    """
    return choose(hub, workspace_id, experiment_id, epoch).weights.tag


def _onnx(chosen: Chosen, folder: Path) -> bytes:
    return built(chosen, trained(chosen, folder)).content


def _weights(chosen: Chosen, folder: Path) -> bytes:
    from export.weights import weights  # noqa: PLC0415 (imports numpy)

    said = {"experiment": chosen.experiment_id, "epoch": str(chosen.weights.epoch), "checkpoint": chosen.checkpoint}
    return weights(trained(chosen, folder), said)


def _preprocessing(chosen: Chosen, folder: Path) -> bytes:
    return trained(chosen, folder).fitted.model_dump_json(indent=1).encode()


_BYTES, _JSON = "application/octet-stream", "application/json"
_FILES: dict[str, tuple[str, Callable[[Chosen, Path], bytes]]] = {
    ONNX: (_BYTES, _onnx),
    WEIGHTS: (_BYTES, _weights),
    PREPROCESSING_FILE: (_JSON, _preprocessing),
}
"""The media type of each file, and what makes it."""
