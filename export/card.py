"""The model card of a trained network: what it is, what it learned from, how good it is, and what it never saw.

With the header of the Hugging Face hub. Source: Mitchell et al., Model cards for model reporting, 2019.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from evaluation.wilson import wilson
from evaluation.worse_groups import FEWEST, Comparison
from export.card_data import data_lines, input_lines
from export.markdown import listed, literal
from export.trained import Trained
from gradus.metrics import METRICS
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from gradus.wire.finding import Finding
from gradus.wire.metrics import MetricsRow
from preprocessing.categories import FittedHash, FittedOrdinal
from preprocessing.encode import FittedColumn, FittedNumber
from preprocessing.pixels import FittedBytes

LISTED = 50
"""The largest number of groups that are listed one by one."""
_TRAINING = ("optimizer", "schedule", "loss", "batch_size", "epochs", "l1", "l2", "clip_norm", "early_stopping", "seed")


@dataclass(frozen=True)
class Origin:
    """Where a network comes from."""

    experiment_id: str
    name: str
    notes: str
    epoch: int
    checkpoint: str
    """`sha256:…`."""
    device: str | None
    version: str
    """The version of Gradus."""
    spec: Spec
    """The resolved spec."""
    metrics: MetricsRow | None
    """The metrics of the epoch; None if they are not known."""
    findings: tuple[Finding, ...]
    groups: Comparison | str = "no comparison was requested"
    """The comparison of groups of test rows with equal categories, or a text that says why there is none."""


def card(trained: Trained, origin: Origin) -> str:
    """The card in Markdown."""
    parts = (
        _head(trained, origin),
        _uses(),
        data_lines(trained, origin.spec.dataset),
        input_lines(trained),
        _network(trained, origin),
        _metrics(trained, origin),
        _groups(trained, origin),
        _limits(trained, origin),
        _environment(origin),
    )
    lines = [line for part in parts for line in part]
    return "\n".join(lines) + "\n"


def _head(trained: Trained, origin: Origin) -> Iterator[str]:
    kind = "regression" if trained.data.task == "regression" else "classification"
    on = "image" if any(isinstance(column, FittedBytes) for column in trained.fitted.columns) else "tabular"
    title = origin.name or origin.experiment_id
    header: dict[str, Any] = {
        "library_name": "onnx",
        "pipeline_tag": f"{on}-{kind}" if on == "tabular" or kind == "classification" else "other",
        "tags": ["gradus", "onnx", trained.data.task],
    }
    if results := _results(origin):
        dataset = {"name": origin.spec.dataset.name, "type": origin.spec.dataset.name, "split": "test"}
        entry = {"task": {"type": header["pipeline_tag"]}, "dataset": dataset, "metrics": results}
        header["model-index"] = [{"name": title, "results": [entry]}]
    yield "---"
    yield yaml.safe_dump(header, sort_keys=False, allow_unicode=True).rstrip()
    yield from ("---", "", f"# {literal(title)}", "")
    if origin.notes:
        yield from (literal(origin.notes), "")


def _results(origin: Origin) -> list[dict[str, Any]]:
    """The test metrics, in the form of the Hugging Face hub."""
    row = origin.metrics
    if row is None:
        return []
    found = [("accuracy", row.test_accuracy), ("loss", row.test_loss)]
    return [{"type": name, "value": round(float(value), 6)} for name, value in found if value is not None]


def _uses() -> Iterator[str]:
    yield from ("## Use", "", "`model.onnx` takes raw columns; its preprocessing is a part of it.", "")
    yield from ("```python", "import onnxruntime", "", 'session = onnxruntime.InferenceSession("model.onnx")')
    yield from ("print([(one.name, one.type, one.shape) for one in session.get_inputs()])", "```", "")


def _network(trained: Trained, origin: Origin) -> Iterator[str]:
    yield from (f"## Network: {trained.plan.parameters:,} parameters", "")
    yield from ("| layer | kind | output | activation | parameters |", "|---|---|---|---|---|")
    for layer in trained.plan.layers:
        shape = " × ".join(map(str, layer.shape))
        yield f"| `{layer.name}` | {layer.kind} | {shape} | {layer.activation} | {layer.parameters:,} |"
    document = origin.spec.model_dump(mode="json")
    yield from ("", "## Training", "", "| | |", "|---|---|")
    for name in _TRAINING:
        if document.get(name) is not None:
            yield f"| `{name}` | `{json.dumps(document[name])}` |"
    yield ""


def _metrics(trained: Trained, origin: Origin) -> Iterator[str]:
    yield from (f"## Metrics after epoch {origin.epoch}", "")
    row = origin.metrics
    if row is None:
        yield from ("They are not known.", "")
        return
    sizes = {"validation": trained.data.validation_examples, "test": trained.data.test_examples}
    yield from ("| metric | value | 95 % interval |", "|---|---|---|")
    for metric in METRICS:
        value = getattr(row, metric.key)
        if value is None or metric.split is None:
            continue
        interval = ""
        if metric.panel == "accuracy" and metric.split in sizes and trained.data.task == "classification":
            low, high = wilson(value * sizes[metric.split], sizes[metric.split])
            interval = f"{low:.4f} to {high:.4f}"
        yield f"| {metric.label.lower()} | {value:.6g} | {interval} |"
    yield from (
        "",
        "Intervals are Wilson's. The best epoch was chosen by the validation part, never by the test part.",
        "",
    )


def _groups(trained: Trained, origin: Origin) -> Iterator[str]:
    yield from ("## Groups that do worse", "")
    found = origin.groups
    if isinstance(found, str):
        yield from (f"Groups of test rows were not compared: {found}.", "")
        return
    score = _SCORES[trained.data.task]
    over = f"{found.groups} groups by {found.columns} columns, on {found.examples:,} test rows"
    if not found.worse:
        worse = f"No group of at least {FEWEST} rows does worse, by {score}, beyond what chance explains"
        yield from (f"{worse}; {over} were compared.", "")
        return
    yield from (f"| column | value | test rows | {score} | of all others |", "|---|---|---|---|---|")
    for one in found.worse[:LISTED]:
        value = "*missing*" if one.value is None else literal(one.value)
        yield f"| {literal(one.column)} | {value} | {one.n:,} | {one.score:.4f} | {one.others:.4f} |"
    yield from ("", f"{over} were compared. By chance alone, a group would be listed in one of 20 cases.", "")


_SCORES: dict[Task, str] = {
    "classification": "accuracy",
    "multi_label": "share of right labels",
    "regression": "mean error in standard deviations",
}


def _limits(trained: Trained, origin: Origin) -> Iterator[str]:
    yield from ("## Limits of the training rows, and findings", "")
    yield "For values beyond those in the table of inputs, which no training row had, predictions are extrapolations."
    unseen = [column.column for column in trained.fitted.columns if _lost_nothing(column)]
    if unseen:
        yield f"No training row missed a value of {listed(unseen)}."
    yield ""
    if not origin.findings:
        yield from ("No findings about its data or training are open.", "")
        return
    for finding in origin.findings:
        where = f" ({literal(finding.column)})" if finding.column else ""
        yield f"- **{finding.severity}** `{finding.id}`{where}: {literal(finding.because)}"
    yield ""


def _lost_nothing(column: FittedColumn) -> bool:
    """Whether it is certain that no training row has a missing value."""
    return isinstance(column, FittedNumber | FittedOrdinal | FittedHash) and column.missing_rows == 0


def _environment(origin: Origin) -> Iterator[str]:
    yield from ("## Origin", "", "| | |", "|---|---|")
    yield f"| experiment | `{origin.experiment_id}` |"
    yield f"| epoch | {origin.epoch} |"
    yield f"| checkpoint | `{origin.checkpoint}` |"
    yield f"| trained on | {literal(origin.device or 'an unknown device')} |"
    yield f"| made by | Gradus {origin.version} |"
