"""Experiments in the server's responses."""

from typing import Any

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from gradus.dataset_plan import InputBlock
from gradus.spec.experiment import Name, Notes, Priority, Spec, Tags
from gradus.spec.loss import Task
from gradus.spec.spec_model import SpecModel
from gradus.status import FailureCode
from gradus.wire.finding import Finding
from gradus.wire.message import Finite, Message, Moment
from gradus.wire.metrics import MetricsRow
from gradus.wire.tolerant import Document, Open, OpenStatus, UnknownStatus


class Progress(Message):
    """The progress of a run."""

    epoch: int
    """Epochs done."""
    epochs: int
    """Planned number of epochs."""
    eta_seconds: Finite | None
    """Estimate of the seconds left; null unless the run is running and has finished an epoch."""


class Failure(Message):
    """Why and where a run failed."""

    code: Open[FailureCode]
    message: str
    epoch: int | None = None
    """The first bad epoch, 1 = the first."""
    step: int | None = None
    """The first bad step since the start of the run, 1 = the first."""
    layer: str | None = None
    """The first bad layer: its path in the spec, `layers/0`, or `output`."""


class QueuePlace(Message):
    """Where a queued run is in the queue."""

    position: int
    """1 = the next to start, unless runs that precede it are submitted. An array of a sweep's runs counts once."""
    estimated_start: Moment | None
    """Estimate from the durations of the workspace's newest runs, or from when the running ones will make room, if that
    is earlier; null if neither is known, or if no live worker can train the run."""


class LayerSummary(Message):
    """One layer of the network, with every default resolved."""

    name: str
    """Path in the spec, such as `layers/0` or `layers/2/layers/1`; `output`, or `embeddings`."""
    kind: str
    input_shape: tuple[int, ...]
    """Shape without the batch dimension."""
    output_shape: tuple[int, ...]
    """Shape without the batch dimension."""
    activation: str
    parameters: int
    multiply_adds: int | None = None
    """Multiply-add operations in the forward pass of one example; null from an older service."""


class Change(Message):
    """A place in a spec whose value differs from that in another spec."""

    path: str
    """Keys and places in lists, joined by dots: `optimizer.lr`, `layers.0.units`."""
    from_: Any = Field(alias="from")
    """The value in the other spec; null if it has no such place."""
    to: Any
    """The value in this spec; null if it has no such place."""


class ExperimentRecord(Message):
    """An experiment: its spec, its progress and its results."""

    id: str
    name: str
    tags: tuple[str, ...]
    notes: str
    priority: int = 0
    """Among queued runs, those with higher priority start first; 0 from an older service."""
    status: OpenStatus
    queue: QueuePlace | None = None
    """The place in the queue while it is queued and waits for a slot; null otherwise, and in events."""
    waiting_for: str | None = None
    """While it is queued and no live worker can train it: what it waits for, such as `a worker with a GPU: …`; null if
    a worker can train it, and in events."""
    spec: Document[Spec]
    """The resolved spec, with every default written out."""
    fingerprint: str
    """SHA-256 of the resolved spec without name, tags, notes and checkpoint, and of those parts of its origin that
    affect the results: `extended_at`, or the checkpoint that it was forked from. Equal fingerprints on equal devices
    give equal results."""
    parameters: int
    """Number of learned parameters."""
    task: Open[Task] | None = None
    """What the network learns. This and the facts below are null only in events of an older service."""
    best_metric: str | None = None
    """The key of the metric that determines `best`: early stopping's metric, else the validation accuracy or, for a
    regression, the validation loss."""
    train_examples: int | None = None
    """Number of training examples in an epoch."""
    validation_examples: int | None = None
    test_examples: int | None = None
    input_shape: tuple[int, ...] | None = None
    """Shape of one example. This and the facts below are null in lists and in events: `GET /v1/experiments/{id}` has
    them."""
    classes: tuple[str, ...] | None = None
    """Empty for a regression."""
    layers: tuple[LayerSummary, ...] | None = None
    """The layers, from the first hidden layer to the output layer."""
    steps_per_epoch: int | None = None
    memory_bytes: int | None = None
    """Estimate of the memory, as in a dry run."""
    changes: tuple[Change, ...] | None = None
    """The differences of its spec from the spec of the experiment that it was forked from, or from the base of its
    sweep; null if it has neither, or if that was deleted."""
    sweep_id: str | None
    forked_from: str | None
    forked_epoch: int | None = None
    """The epoch of the checkpoint of `forked_from` that it continues from; the metrics of earlier epochs are in that
    experiment. Null if it trains from the start."""
    extended_at: tuple[int, ...] = ()
    """The epochs after which it was extended in such a way that a new run of its spec may have other results: its
    schedule, which spans the whole run, changed, or early stopping restarted its count. Empty if there are none."""
    extended_from: tuple[int, ...] = ()
    """The planned number of epochs before each extension in `extended_at`."""
    progress: Progress
    latest: MetricsRow | None
    best: MetricsRow | None
    """The row with the best early-stopping metric; without early stopping, the best validation accuracy,
    or validation loss for regression."""
    error: Failure | None
    attempts: int
    """How often a worker has started or resumed it."""
    peak_memory_bytes: int | None = None
    """The peak of its memory, including its data and the other members of its array: on a CPU, the memory beyond that
    of an idle trainer process; on a GPU, the memory that is allocated there. Null before its first epoch, and if it is
    unknown."""
    device: str | None
    """The device that it ran on, with all that affects the last bits of the results: `cpu:2 (AuthenticAMD AVX512, torch
    2.13.0+cpu)` is a CPU with two threads, `cuda:NVIDIA H200 (torch 2.11.0+cu130)` a GPU. Equal devices give
    bit-identical results."""
    moved_from: tuple[str, ...] = ()
    """The devices that it ran on before, if not all of it ran on `device`."""
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    last_event: int = 0
    """The `seq` of the newest event that this document already contains; in an event, its own. To follow the experiment
    from here on, stream `…/events` after it."""
    events_pruned: int = 0
    """Of its events up to this number, only log lines are left, because the others were older than the service's
    retention time. The metrics still contain their epochs."""

    @property
    def over(self) -> bool:
        """Whether the experiment has ended."""
        if isinstance(self.status, UnknownStatus):
            return self.finished_at is not None
        return self.status.final

    @property
    def document(self) -> dict[str, Any]:
        """The spec as a JSON document, even if this version does not know all of it."""
        return document_of(self.spec)


def document_of(spec: Spec | dict[str, Any]) -> dict[str, Any]:
    """A response's spec as a JSON document."""
    return spec if isinstance(spec, dict) else spec.model_dump(mode="json")


OF_ONE = ("input_shape", "classes", "layers", "steps_per_epoch", "memory_bytes", "changes")
"""The facts that only the response about a single experiment contains, because their size grows with the network."""


class ExperimentPage(Message):
    """Experiments, newest first."""

    data: tuple[ExperimentRecord, ...]
    next_cursor: str | None
    """Pass as `cursor` for the next page; null on the last."""
    last_event: int = 0
    """The id in `/v1/events` of the newest event that this page already contains: stream after it to miss nothing."""


def _without_default(schema: dict[str, Any]) -> None:
    del schema["default"]


class ExperimentPatch(SpecModel):
    """The fields for people and the queue; omitted fields stay as they are."""

    name: Name | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    tags: Tags | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    notes: Notes | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    priority: Priority | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)


class DryRun(Message):
    """The summary of a spec, without running or storing it."""

    spec: Document[Spec]
    fingerprint: str
    parameters: int
    task: Open[Task]
    input_shape: tuple[int, ...]
    """Shape of one example."""
    classes: tuple[str, ...]
    """Empty for a regression."""
    best_metric: str
    """The key of the metric that determines the best epoch."""
    layers: tuple[LayerSummary, ...]
    train_examples: int
    validation_examples: int
    test_examples: int
    steps_per_epoch: int
    memory_bytes: int
    """Estimate of the memory: data set, parameters, gradients, optimizer state, activations and evaluation."""
    blocks: tuple[InputBlock, ...] = ()
    """The inputs of a table, column by column; empty for a built-in data set."""
    findings: tuple[Finding, ...] | None = ()
    """Findings about an uploaded data set, for this target and split, most severe first; null if the table is too large
    for a dry run, and empty for a built-in data set."""


class LogLine(Message):
    """The data of a `log` event."""

    level: str = Field(examples=["info", "warning", "error"])
    message: str


class LogEntry(LogLine):
    """A line of an experiment's log."""

    id: int
    """The line's number among all events of the experiment."""
    at: Moment


class LogPage(Message):
    """The answer of `GET /v1/experiments/{id}/log`, oldest first."""

    data: tuple[LogEntry, ...]
    last_event: int
    """The id of the experiment's newest event, of any kind: a stream that has sent this event has sent all events so
    far."""
