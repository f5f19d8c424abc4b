"""Files of a trained network for download."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from api.services.compared_groups import compared
from api.services.weights import Chosen, built, choose, origin, trained, with_files
from gradus import __version__
from gradus.encoding import PREPROCESSING_FILE
from gradus.errors import Conflict, NotFound
from gradus.wire.metrics import MetricsRow
from hub.datasets import stored_tables
from hub.experiments import metrics
from hub.experiments.mapping import stored_findings
from hub.hub import Hub
from hub.jobs.weights import Epoch
from hub.tables import JobRow

ONNX, WEIGHTS, CARD, RUN, BUNDLE = "model.onnx", "weights.safetensors", "card.md", "run.py", "bundle.zip"


@dataclass(frozen=True)
class ExportedFile:
    """A file, and what it was made from."""

    content: bytes
    tag: str
    """An identifier of the content."""
    media_type: str


def export(hub: Hub, workspace_id: str, experiment_id: str, name: str, epoch: Epoch) -> ExportedFile:
    """A file of an experiment's epoch.

    Raises:
        NotFound: there is no such experiment, epoch or file.
        Conflict: no `run.py` can repeat the run.
    """
    if name not in _FILES:
        raise NotFound(f"no export '{name[:100]}': there are {', '.join(_FILES)}", code="no_export")
    media_type, make = _FILES[name]

    def write(chosen: Chosen, folder: Path) -> ExportedFile:
        tag = _tag(hub, chosen, name)  # before the file: after a change in between, the tag is outdated, not the file
        return ExportedFile(make(hub, chosen, folder), tag, media_type)

    return with_files(hub, lambda: choose(hub, workspace_id, experiment_id, epoch), write)


def tag(hub: Hub, workspace_id: str, experiment_id: str, name: str, epoch: Epoch) -> str:
    """The identifier of a file of an experiment's epoch, without making the file.

    Raises:
        NotFound: there is no such experiment or epoch.
    """
    return _tag(hub, choose(hub, workspace_id, experiment_id, epoch), name)


def _tag(hub: Hub, chosen: Chosen, name: str) -> str:
    """The digest of the checkpoint. For files with more than the checkpoint, a digest of all their facts is
    appended."""
    checkpoint = f"sha256:{chosen.weights.tag}"
    if name not in (CARD, RUN, BUNDLE):
        return checkpoint
    row, metrics_row = chosen.row, _metrics(hub, chosen)
    told: dict[str, Any] = {
        "file": name,
        "weights": chosen.weights.tag,
        "origin": origin(chosen),
        "name": row.name,
        "notes": row.notes,
        "device": row.device,
        "findings": row.findings,
        "epochs": row.epoch,
        "history": row.history,
        "moved_from": row.moved_from,
        **_elsewhere(hub, chosen),
        "metrics": None if metrics_row is None else metrics_row.model_dump(mode="json"),
    }
    return f"{checkpoint}+{sha256(json.dumps(told).encode()).hexdigest()}"


def _elsewhere(hub: Hub, chosen: Chosen) -> dict[str, Any]:
    """The facts from other rows: how many networks trained together, and whether groups can still be compared."""
    digest = chosen.resolved.spec.dataset.digest
    with hub.read() as session:
        stored = None if digest is None else stored_tables.with_digest(session, chosen.row.workspace_id, digest)
        return {"members": session.get_one(JobRow, chosen.row.job_id).places, "has_table": stored is not None}


def _metrics(hub: Hub, chosen: Chosen) -> MetricsRow | None:
    with hub.read() as session:
        rows = metrics.read_epochs(session, chosen.experiment_id, [chosen.weights.epoch])
    return rows[0] if rows else None


def _onnx(_: Hub, chosen: Chosen, folder: Path) -> bytes:
    return built(chosen, trained(chosen, folder)).content


def _weights(_: Hub, chosen: Chosen, folder: Path) -> bytes:
    from export.weights import weights  # noqa: PLC0415 (imports numpy)

    return weights(trained(chosen, folder), origin(chosen))


def _preprocessing(_: Hub, chosen: Chosen, folder: Path) -> bytes:
    return trained(chosen, folder).fitted.model_dump_json(indent=1).encode()


def _card(hub: Hub, chosen: Chosen, folder: Path) -> bytes:
    from export.card import Origin, card  # noqa: PLC0415 (imports numpy)

    row, network = chosen.row, trained(chosen, folder)
    about = Origin(
        experiment_id=row.id,
        name=row.name,
        notes=row.notes,
        epoch=chosen.weights.epoch,
        checkpoint=chosen.checkpoint,
        device=row.device,
        version=__version__,
        spec=chosen.resolved.spec,
        metrics=_metrics(hub, chosen),
        findings=stored_findings(row),
        groups=compared(hub, chosen, network),
    )
    return card(network, about).encode()


def _run(hub: Hub, chosen: Chosen, folder: Path) -> bytes:
    from export.script.cannot import CannotRepeat  # noqa: PLC0415
    from export.script.script import MAX_ROWS, Repeated, script  # noqa: PLC0415 (imports numpy)

    row = chosen.row
    try:
        with hub.read() as session:
            rows = metrics.read(session, row.id, most=MAX_ROWS + 1)
            members = session.get_one(JobRow, row.job_id).places
        run = Repeated(
            experiment_id=row.id,
            name=row.name,
            resolved=chosen.resolved,
            fitted=trained(chosen, folder).fitted,
            rows=rows,
            device=row.device,
            version=__version__,
            members=members,
            has_moved=row.moved_from != "[]",
            is_whole=row.history is None,
        )
        return script(run).encode()
    except CannotRepeat as error:
        raise Conflict(f"`run.py` cannot repeat this experiment: {error}", code="cannot_repeat") from error


def _bundle(hub: Hub, chosen: Chosen, folder: Path) -> bytes:
    from export.bundle import bundle  # noqa: PLC0415 (imports numpy)

    files = {}
    for name, (_, make) in _FILES.items():
        if name != BUNDLE:
            with _left_out(name):
                files[name] = make(hub, chosen, folder)
    return bundle(trained(chosen, folder), files)


@contextmanager
def _left_out(name: str) -> Iterator[None]:
    """Leave `run.py` out of the bundle if no script can repeat the run."""
    try:
        yield
    except Conflict as error:
        if name != RUN or error.code != "cannot_repeat":
            raise


_BYTES, _JSON = "application/octet-stream", "application/json"
_FILES: dict[str, tuple[str, Callable[[Hub, Chosen, Path], bytes]]] = {
    ONNX: (_BYTES, _onnx),
    WEIGHTS: (_BYTES, _weights),
    PREPROCESSING_FILE: (_JSON, _preprocessing),
    CARD: ("text/markdown", _card),
    RUN: ("text/x-python", _run),
    BUNDLE: ("application/zip", _bundle),
}
"""The media type of each file, and the function that makes it."""
