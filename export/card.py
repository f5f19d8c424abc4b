"""The model card of a trained network: what it is, what it learned from, how good it is, and what it never saw.

With the header of the Hugging Face hub. Source: Mitchell et al., Model cards for model reporting, 2019.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, assert_never

import yaml

from evaluation.wilson import wilson
from evaluation.worse_groups import FEWEST, Comparison
from export.trained import Trained
from gradus.metrics import METRICS
from gradus.roles import target_columns
from gradus.spec.experiment import Spec
from gradus.spec.loss import Task
from gradus.wire.finding import Finding
from gradus.wire.metrics import MetricsRow
from preprocessing.calendar import FittedDate
from preprocessing.categories import FittedHash, FittedOneHot, FittedOrdinal
from preprocessing.encode import FittedColumn, FittedNumber, FittedStandardized
from preprocessing.pixels import FittedArray, FittedBytes

LISTED = 50
"""The largest number of columns that are listed one by one."""
SHOWN = 8
"""The largest number of categories named in a column's line."""
_TRAINING = ("optimizer", "schedule", "loss", "batch_size", "epochs", "l1", "l2", "clip_norm", "early_stopping", "seed")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&])")


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
    parts = (_head(trained, origin), _uses(), _data(trained, origin), _inputs(trained), _network(trained, origin))
    lines = [line for part in parts for line in part]
    lines += [*_metrics(trained, origin), *_groups(trained, origin), *_limits(trained, origin)]
    lines += _environment(origin)
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
    yield from ("---", "", f"# {_text(title)}", "")
    if origin.notes:
        yield from (_text(origin.notes), "")


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


def _data(trained: Trained, origin: Origin) -> Iterator[str]:
    dataset, data = origin.spec.dataset, trained.data
    yield from ("## Data", "", "| | |", "|---|---|")
    version = f", version {dataset.version}" if dataset.version else ""
    yield f"| data set | {_text(dataset.name)}{version} |"
    if dataset.digest:
        yield f"| digest | `{dataset.digest}` |"
    yield f"| task | {data.task.replace('_', ' ')} |"
    targets = data.targets or target_columns(dataset.target)
    if targets:
        yield f"| target | {_listed(targets)} |"
    if data.classes:
        yield f"| classes | {_listed(data.classes)} |"
    sizes = (data.train_examples, data.validation_examples, data.test_examples)
    yield f"| examples | {sizes[0]:,} to train, {sizes[1]:,} to validate, {sizes[2]:,} to test |"
    if dataset.split is not None:
        yield f"| split | `{json.dumps(dataset.split.model_dump(mode='json'))}` |"
    if dataset.augment:
        words = json.dumps([word.model_dump(mode="json") for word in dataset.augment])
        yield f"| augmentation of the training images | `{words}` |"
    ignored = [name for name, setting in (dataset.columns or {}).items() if setting.role != "input"]
    if ignored:
        yield f"| ignored columns | {_listed(ignored)} |"
    yield ""


def _inputs(trained: Trained) -> Iterator[str]:
    columns = trained.fitted.columns
    yield from ("## Inputs", "", "| column | encoding | the training rows had |", "|---|---|---|")
    for column in columns[:LISTED]:
        yield f"| {_text(column.column)} | {_encoding(column)} | {_seen(column)} |"
    if len(columns) > LISTED:
        yield f"| and {len(columns) - LISTED} more | | |"
    yield ""


def _encoding(column: FittedColumn) -> str:
    match column:
        case FittedNumber():
            missing = "missing values refused" if column.fill is None else f"missing: {column.fill:.6g}"
            return f"`{column.scaling.kind}`, {missing}"
        case FittedStandardized():
            return f"{_encoding(column.scaled)}, standardized"
        case _:
            return f"`{column.kind}`"


def _seen(column: FittedColumn) -> str:
    match column:
        case FittedNumber():
            return "nothing" if column.least is None else f"{column.least:.6g} to {column.largest:.6g}"
        case FittedOneHot():
            more = f", and {column.rare} rarer" if column.rare else ""
            return f"{len(column.categories)} categories: {_listed(column.categories)}{more}"
        case FittedOrdinal():
            return f"{len(column.order)} categories: {_listed(column.order)}"
        case FittedStandardized():
            return _seen(column.scaled)
        case FittedHash() | FittedDate():
            return ""
        case FittedBytes() | FittedArray():
            return " × ".join(map(str, column.shape or (column.width,)))
        case _:
            assert_never(column)


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
        value = "*missing*" if one.value is None else _text(one.value)
        yield f"| {_text(one.column)} | {value} | {one.n:,} | {one.score:.4f} | {one.others:.4f} |"
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
        yield f"No training row missed a value of {_listed(unseen)}."
    yield ""
    if not origin.findings:
        yield from ("No findings about its data or training are open.", "")
        return
    for finding in origin.findings:
        where = f" ({_text(finding.column)})" if finding.column else ""
        yield f"- **{finding.severity}** `{finding.id}`{where}: {_text(finding.because)}"
    yield ""


def _lost_nothing(column: FittedColumn) -> bool:
    """Whether it is certain that no training row has a missing value."""
    return isinstance(column, FittedNumber | FittedOrdinal | FittedHash) and column.missing_rows == 0


def _environment(origin: Origin) -> Iterator[str]:
    yield from ("## Origin", "", "| | |", "|---|---|")
    yield f"| experiment | `{origin.experiment_id}` |"
    yield f"| epoch | {origin.epoch} |"
    yield f"| checkpoint | `{origin.checkpoint}` |"
    yield f"| trained on | {_text(origin.device or 'an unknown device')} |"
    yield f"| made by | Gradus {origin.version} |"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(_text(name) for name in names[:SHOWN])
    return f"{shown} and {len(names) - SHOWN} more" if len(names) > SHOWN else shown


def _text(text: str) -> str:
    """A user's text as Markdown that shows it literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
