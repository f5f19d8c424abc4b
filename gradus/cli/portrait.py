"""`gradus show`: one experiment on one page."""

import csv
import sys
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradus.cli import details, preview, words
from gradus.cli.board import EPOCHS, epochs
from gradus.cli.ids import short
from gradus.cli.runs import Run
from gradus.cli.screen import paragraph, styled
from gradus.metrics import measured
from gradus.status import Status
from gradus.wire.checkpoint import CheckpointRecord
from gradus.wire.experiment import Change, ExperimentRecord, LayerSummary
from gradus.wire.metrics import MetricsRow

NEXT = {
    Status.QUEUED: "gradus watch {id}, or pause, cancel",
    Status.RUNNING: "gradus watch {id}, or pause, cancel",
    Status.PAUSED: "gradus resume {id}, or fork, cancel",
    Status.SUCCEEDED: "gradus extend {id} --epochs 10, or fork, compare, rm",
    Status.FAILED: "gradus fork {id} --set optimizer.lr=0.001, or logs, rm",
    Status.CANCELLED: "gradus extend {id} --epochs 10, or fork, rm",
}
"""What fits each status: a command to be copied, and others."""


def portrait(
    record: ExperimentRecord, rows: Sequence[MetricsRow], kept: Sequence[CheckpointRecord] = ()
) -> RenderableType:
    """Facts, layers, newest epochs, and what can be done next."""
    run = Run(record.id, record, tuple(rows))
    parts: list[RenderableType] = [details.table(_facts(record, kept))]
    if record.layers:
        parts += ["", preview.layers(record.layers)]
    if record.changes:
        parts += ["", _changes(record.changes)]
    if rows:
        parts += ["", epochs(run)]
    parts += ["", Text(f"next: {NEXT[record.status].format(id=short(record.id))}", style="dim")]
    return Group(*parts)


def print_csv(rows: Sequence[MetricsRow]) -> None:
    """Every row, with the keys of a row as columns; nothing for null."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(MetricsRow.model_fields)
    for row in rows:
        writer.writerow(row.model_dump(mode="json").values())


def _changes(changes: Sequence[Change]) -> Table:
    """Where its spec differs from the one that it was made of."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("changed", "from", "to"):
        table.add_column(heading, overflow="fold")
    for one in changes:
        table.add_row(one.path, words.value_or_dash(one.from_), words.value_or_dash(one.to))
    return table


def _facts(record: ExperimentRecord, kept: Sequence[CheckpointRecord]) -> dict[str, RenderableType]:
    spec = record.spec
    return {
        "id": record.id,
        "name": record.name,
        "tags": ", ".join(record.tags),
        "notes": paragraph(record.notes) if record.notes else "",
        "status": words.status(record.status),
        "waits for": "" if record.waiting_for is None else styled(record.waiting_for, "yellow"),
        "error": "" if record.error is None else styled(words.failure_line(record.error), "red"),
        "data": spec.dataset.name,
        "network": f"{_shapes(record.layers or ())}{record.parameters:,} parameters",
        "optimizer": words.kind(spec.optimizer),
        "batch": str(spec.batch_size),
        "seed": str(spec.seed),
        "epochs": f"{record.progress.epoch} of {record.progress.epochs}",
        "left": words.duration(record.progress.eta_seconds),
        "best": _best(record),
        "checkpoints": _checkpoints(kept),
        "device": record.device or "",
        "sweep": record.sweep_id or "",
        "forked": _origin(record),
        "extended": _extended(record),
        "created": words.moment(record.created_at),
        "trained": _trained(record),
    }


def _shapes(layers: Sequence[LayerSummary]) -> str:
    """What goes in, and what comes out of each layer: 784–300–100–10."""
    if not layers:
        return ""
    shapes = [layers[0].input_shape, *(layer.output_shape for layer in layers)]
    return "–".join("x".join(map(str, shape)) for shape in shapes) + ", "


def _best(record: ExperimentRecord) -> str:
    row = record.best
    if row is None:
        return ""
    scores = words.scores(measured([row]))
    return f"epoch {row.epoch}: " + ", ".join(
        f"{one.label.lower()} {words.number(words.value(row, one))}" for one in scores
    )


def _checkpoints(kept: Sequence[CheckpointRecord]) -> str:
    """The epochs that a fork can go on from."""
    ends = sorted({one.epoch for one in kept if one.whole})
    newest = ", ".join(map(str, ends[-EPOCHS:]))
    return f"of epoch {'… ' if len(ends) > EPOCHS else ''}{newest}" if ends else ""


def _origin(record: ExperimentRecord) -> str:
    if record.forked_from is None:
        return ""
    return f"of {record.forked_from}" + (f" at epoch {record.forked_epoch}" if record.forked_epoch else "")


def _extended(record: ExperimentRecord) -> str:
    """When its schedule, or its early stopping, was another."""
    pairs = zip(record.extended_at, record.extended_from, strict=True)
    return ", then ".join(f"after epoch {epoch}, until then of {epochs}" for epoch, epochs in pairs)


def _trained(record: ExperimentRecord) -> str:
    if record.started_at is None:
        return ""
    until = record.finished_at
    lasted = f", {words.duration((until - record.started_at).total_seconds())}" if until else ""
    return f"since {words.moment(record.started_at)}" if until is None else f"{words.moment(record.started_at)}{lasted}"
