"""Experiments as the server answers them."""

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
    """How far a run is."""

    epoch: int
    """Epochs done."""
    epochs: int
    """Epochs asked for."""
    eta_seconds: Finite | None
    """Estimate of the seconds left; null unless running with an epoch done."""


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
    """1 = the next to start, if nothing that goes before it comes in. Arrays of a sweep's runs count once."""
    estimated_start: Moment | None
    """From how long the workspace's newest runs took, or from the turns of those that train if these are over earlier;
    null if neither tells, or if no worker that is alive can train it."""


class LayerSummary(Message):
    """One layer of the network, with every choice made."""

    name: str
    """Path in the spec, such as `layers/0` or `layers/2/layers/1`; `output`, or `embeddings`."""
    kind: str
    input_shape: tuple[int, ...]
    """Without the batch."""
    output_shape: tuple[int, ...]
    """Without the batch."""
    activation: str
    parameters: int
    multiply_adds: int | None = None
    """Multiplications with additions in the forward pass of one example; null of an older service."""


class Change(Message):
    """A place in a spec whose value is another than in the spec that it is compared with."""

    path: str
    """Keys and places in lists, joined by dots: `optimizer.lr`, `layers.0.units`."""
    from_: Any = Field(alias="from")
    """The value there; null where it has no such place."""
    to: Any
    """The value here; null where it has no such place."""


class ExperimentRecord(Message):
    """An experiment: what was asked, how far it is, what came of it."""

    id: str
    name: str
    tags: tuple[str, ...]
    notes: str
    priority: int = 0
    """Among queued runs, the higher starts first; 0 of an older service."""
    status: OpenStatus
    queue: QueuePlace | None = None
    """While it is queued and waits for a slot; null else, and in events."""
    waiting_for: str | None = None
    """While it is queued and no worker that is alive can train it: what has to come, `a worker with a GPU: …`; null
    when somebody can, and in events."""
    spec: Document[Spec]
    """Resolved: nothing left to defaults."""
    fingerprint: str
    """SHA-256 of the resolved spec without name, tags, notes and checkpoint, and of how the run came about where that
    decides its numbers: `extended_at`, or the checkpoint that it was forked from. Equal fingerprints on equal devices,
    equal numbers."""
    parameters: int
    """Learned numbers."""
    task: Open[Task] | None = None
    """What the network learns. This and the facts below are null only in events of an older service."""
    best_metric: str | None = None
    """The key of the metric that `best` is chosen by: early stopping's, else the accuracy or, for a regression, the
    loss on validation examples."""
    train_examples: int | None = None
    """Examples of an epoch."""
    validation_examples: int | None = None
    test_examples: int | None = None
    input_shape: tuple[int, ...] | None = None
    """Of one example. This and the facts below are null in lists and in events: `GET /v1/experiments/{id}` has them."""
    classes: tuple[str, ...] | None = None
    """Empty for a regression."""
    layers: tuple[LayerSummary, ...] | None = None
    """From the first hidden layer to the output layer."""
    steps_per_epoch: int | None = None
    memory_bytes: int | None = None
    """Estimate, as of a dry run."""
    changes: tuple[Change, ...] | None = None
    """Where its spec differs from that of the experiment that it was forked from, or from the base of its sweep; null
    where it has neither, or where that was deleted."""
    sweep_id: str | None
    forked_from: str | None
    forked_epoch: int | None = None
    """It goes on from the checkpoint of this epoch of that experiment, whose metrics tell of the epochs before;
    null from the start."""
    extended_at: tuple[int, ...] = ()
    """It was given more epochs after these, and a fresh run of its spec may have other numbers: its schedule, which
    spans the run, was another until then, or early stopping began to count anew. Empty if neither is so."""
    extended_from: tuple[int, ...] = ()
    """How many epochs it was to have before each of these."""
    progress: Progress
    latest: MetricsRow | None
    best: MetricsRow | None
    """The row with the best early-stopping metric; without early stopping, the best validation accuracy,
    or validation loss for regression."""
    error: Failure | None
    attempts: int
    """How often a worker has taken it up."""
    peak_memory_bytes: int | None = None
    """The most memory that it has taken, its data and the other members of its array included: of a CPU beyond what
    an idle trainer takes, of a GPU what is allocated there. Null before its first epoch, and where it is unknown."""
    device: str | None
    """Where it ran, as far as it decides the bits: `cpu:2 (AuthenticAMD AVX512, torch 2.13.0+cpu)` is a CPU with two
    threads, `cuda:NVIDIA H200 (torch 2.11.0+cu130)` a GPU. Equal devices, equal bits."""
    moved_from: tuple[str, ...] = ()
    """Where it ran before, if not all of it ran on `device`."""
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None
    last_event: int = 0
    """The `seq` of the newest event that this document already contains; in an event, its own. To follow the experiment
    from here on, stream `…/events` after it."""
    events_pruned: int = 0
    """Of its events up to this number only log lines are left: they were older than the service keeps them. The metrics
    have their epochs."""

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it by itself."""
        if isinstance(self.status, UnknownStatus):
            return self.finished_at is not None
        return self.status.final

    @property
    def document(self) -> dict[str, Any]:
        """The spec as JSON, whether or not all of it is known here."""
        return document_of(self.spec)


def document_of(spec: Spec | dict[str, Any]) -> dict[str, Any]:
    """A spec of an answer as JSON."""
    return spec if isinstance(spec, dict) else spec.model_dump(mode="json")


OF_ONE = ("input_shape", "classes", "layers", "steps_per_epoch", "memory_bytes", "changes")
"""The facts that only the answer about one experiment has: they are as long as its network."""


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
    """The fields for people and the queue; those left out stay."""

    name: Name | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    tags: Tags | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    notes: Notes | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)
    priority: Priority | SkipJsonSchema[None] = Field(default=None, json_schema_extra=_without_default)


class DryRun(Message):
    """What a spec comes to, without running or storing it."""

    spec: Document[Spec]
    fingerprint: str
    parameters: int
    task: Open[Task]
    input_shape: tuple[int, ...]
    """Of one example."""
    classes: tuple[str, ...]
    """Empty for a regression."""
    best_metric: str
    """The key of the metric that the best epoch is chosen by."""
    layers: tuple[LayerSummary, ...]
    train_examples: int
    validation_examples: int
    test_examples: int
    steps_per_epoch: int
    memory_bytes: int
    """Estimate: data set, parameters, gradients, optimizer state, activations and evaluation."""
    blocks: tuple[InputBlock, ...] = ()
    """The inputs of a table, column by column; empty for a built-in data set."""
    findings: tuple[Finding, ...] | None = ()
    """What is wrong with an uploaded data set, for this target and split, the gravest first; null if the table is too
    large for a dry run, and empty for a built-in one."""


class LogLine(Message):
    """The data of a `log` event."""

    level: str = Field(examples=["info", "warning", "error"])
    message: str


class LogEntry(LogLine):
    """A line of an experiment's log."""

    id: int
    """Its number among all events of the experiment."""
    at: Moment


class LogPage(Message):
    """The answer of `GET /v1/experiments/{id}/log`, oldest first."""

    data: tuple[LogEntry, ...]
    last_event: int
    """The id of the experiment's newest event, of whatever kind: a stream that has told it has told all so far."""
