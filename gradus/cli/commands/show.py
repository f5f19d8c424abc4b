"""`gradus show`: one experiment on one page."""

import csv
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import httpx
import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradus.cli import documents, ids, labels, output, tables
from gradus.cli.commands.watch_view import EPOCHS, epochs
from gradus.cli.console import paragraph, styled
from gradus.cli.options import Id, Json, Url, at_most_one
from gradus.cli.run_state import RunState
from gradus.client import Client, Credentials
from gradus.errors import GradusError
from gradus.fork import unresolved
from gradus.metrics import measured
from gradus.status import Status
from gradus.wire.checkpoint import CheckpointRecord
from gradus.wire.experiment import Change, ExperimentRecord, LayerSummary
from gradus.wire.finding import Finding
from gradus.wire.metrics import MetricsRow
from gradus.wire.system import Health

NEXT: dict[str, str] = {
    Status.QUEUED: "gradus watch {id}, or pause, cancel",
    Status.RUNNING: "gradus watch {id}, or pause, cancel",
    Status.PAUSED: "gradus resume {id}, or fork, cancel",
    Status.SUCCEEDED: "gradus extend {id} --epochs 10, or fork, compare, rm",
    Status.FAILED: "gradus fork {id} --set optimizer.lr=0.001, or logs, rm",
    Status.CANCELLED: "gradus extend {id} --epochs 10, or fork, rm",
}
"""For each status, a command to copy and the names of other commands."""
READY_TIMEOUT = 2.0
"""Seconds to wait for the service to say whether it is ready."""


def show(
    given: Id,
    spec: Annotated[bool, typer.Option("--spec", help="Print only its spec, as YAML to change and submit.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print only the metrics of every epoch, as CSV.")] = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show one experiment: its spec, its progress, its results."""
    at_most_one(spec=spec, csv=as_csv)
    at_most_one(csv=as_csv, json=as_json)
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        record = experiment.record
        rows = () if spec else experiment.metrics().data
        kept = () if spec or as_csv or as_json else experiment.checkpoints().data
        found = () if spec or as_csv or as_json else experiment.findings()
        failing = () if record.over else _failing_dependencies(client.credentials)
        default = _default_validation(client, record) if spec else None
    document = unresolved(record.spec, default) if spec else output.document(record)
    if as_csv:
        print_csv(rows)
    elif as_json:
        output.print_json(document)
    elif spec:
        output.write(documents.write_yaml(document))
    else:
        output.show(page(record, rows, kept, found))
    for one in failing:
        output.note(one)


def _default_validation(client: Client, record: ExperimentRecord) -> int | None:
    """The default size of the data set's validation split, which a spec may omit; None if it is unknown."""
    try:
        return client.datasets.get(labels.dataset(record.document)).record.validation_examples
    except GradusError:
        return None


def page(
    record: ExperimentRecord,
    rows: Sequence[MetricsRow],
    kept: Sequence[CheckpointRecord] = (),
    found: Sequence[Finding] = (),
) -> RenderableType:
    """Facts, layers, the newest epochs, and what to do next."""
    run = RunState(record.id, record, tuple(rows))
    facts = {**_facts(record, kept), "findings": _findings(record, found)}
    parts: list[RenderableType] = [tables.facts(facts)]
    if record.layers:
        parts += ["", tables.layers(record.layers)]
    if record.changes:
        parts += ["", _changes(record.changes)]
    if rows:
        parts += ["", epochs(run)]
    if record.status in NEXT:
        parts += ["", Text(f"next: {NEXT[record.status].format(id=ids.short(record.id))}", style="dim")]
    return Group(*parts)


def _findings(record: ExperimentRecord, found: Sequence[Finding]) -> str:
    """How many of each severity, and the command that shows them."""
    counts = Counter(str(one.severity) for one in found)
    words = [f"{n} {of}{'s' if n > 1 and of != 'critical' else ''}" for of, n in counts.items()]
    return f"{', '.join(words)}: gradus findings {ids.short(record.id)}" if words else ""


def print_csv(rows: Sequence[MetricsRow]) -> None:
    """Print a CSV line for each row. All keys are columns, including those of a newer service; null is empty."""
    lines = [row.model_dump(mode="json") for row in rows]
    columns = dict.fromkeys((*MetricsRow.model_fields, *(key for line in lines for key in line)))
    writer = csv.DictWriter(sys.stdout, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)


def _changes(changes: Sequence[Change]) -> Table:
    """The differences between the experiment's spec and the spec that it was created from."""
    table = tables.borderless()
    for heading in ("changed", "from", "to"):
        table.add_column(heading, overflow="fold")
    for one in changes:
        table.add_row(one.path, labels.value_or_dash(one.from_), labels.value_or_dash(one.to))
    return table


def _facts(record: ExperimentRecord, kept: Sequence[CheckpointRecord]) -> dict[str, RenderableType]:
    spec = record.document
    return {
        "id": record.id,
        "name": record.name,
        "tags": ", ".join(record.tags),
        "notes": paragraph(record.notes) if record.notes else "",
        "status": labels.status(record.status),
        "priority": str(record.priority) if record.priority else "",
        "queue": labels.queue_place(record.queue),
        "waiting for": "" if record.waiting_for is None else styled(record.waiting_for, "yellow"),
        "error": "" if record.error is None else styled(labels.failure_line(record.error), "red"),
        "data": labels.dataset(spec),
        "network": f"{_shapes(record.layers or ())}{record.parameters:,} parameters",
        "optimizer": labels.kind(spec.get("optimizer")),
        "batch size": labels.value_or_dash(spec.get("batch_size")),
        "seed": labels.value_or_dash(spec.get("seed")),
        "epochs": f"{record.progress.epoch} of {record.progress.epochs}",
        "time left": labels.duration(record.progress.eta_seconds),
        "best": _best(record),
        "checkpoints": _checkpoints(kept),
        "device": record.device or "",
        "sweep": record.sweep_id or "",
        "forked": _origin(record),
        "extended": _extended(record),
        "created": labels.moment(record.created_at),
        "trained": _trained(record),
    }


def _shapes(layers: Sequence[LayerSummary]) -> str:
    """The shape of the input and of each layer's output: 784–300–100–10."""
    if not layers:
        return ""
    shapes = [layers[0].input_shape, *(layer.output_shape for layer in layers)]
    return "–".join("x".join(map(str, shape)) for shape in shapes) + ", "


def _best(record: ExperimentRecord) -> str:
    row = record.best
    if row is None:
        return ""
    scores = (f"{one.label.lower()} {labels.number(labels.value(row, one))}" for one in labels.scores(measured([row])))
    return f"epoch {row.epoch}: {', '.join(scores)}"


def _checkpoints(kept: Sequence[CheckpointRecord]) -> str:
    """The epochs that a fork can continue from."""
    ends = sorted({one.epoch for one in kept if one.whole})
    newest = ", ".join(map(str, ends[-EPOCHS:]))
    return f"epoch {'… ' if len(ends) > EPOCHS else ''}{newest}" if ends else ""


def _origin(record: ExperimentRecord) -> str:
    if record.forked_from is None:
        return ""
    return f"from {record.forked_from}" + (f" at epoch {record.forked_epoch}" if record.forked_epoch else "")


def _extended(record: ExperimentRecord) -> str:
    """The epochs after which the experiment's schedule or early stopping changed."""
    pairs = zip(record.extended_at, record.extended_from, strict=True)
    return ", then ".join(f"after epoch {epoch}, when {epochs} epochs were planned" for epoch, epochs in pairs)


def _trained(record: ExperimentRecord) -> str:
    if record.started_at is None:
        return ""
    until = record.finished_at
    lasted = f", {labels.duration((until - record.started_at).total_seconds())}" if until else ""
    return (
        f"since {labels.moment(record.started_at)}" if until is None else f"{labels.moment(record.started_at)}{lasted}"
    )


def _failing_dependencies(credentials: Credentials) -> Sequence[str]:
    """The service's failing dependencies, a reason for a run's lack of progress. Empty if the service does not
    answer."""
    try:
        answer = httpx.get(f"{credentials.url}/readyz", timeout=READY_TIMEOUT, trust_env=not credentials.local)
        health = Health.model_validate_json(answer.content)
    except (httpx.HTTPError, ValueError):
        return ()
    return [f"the service's {one.name}: {one.detail}" for one in health.dependencies if not one.ok]
