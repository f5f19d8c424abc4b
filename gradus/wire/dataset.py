"""Data sets in the server's responses."""

from typing import Any, Literal

from gradus.facts import FileFacts
from gradus.spec.loss import Task
from gradus.wire.event import StepProgress
from gradus.wire.finding import Finding
from gradus.wire.message import Message, Moment
from gradus.wire.table import ColumnRecord, LeftOutRows
from gradus.wire.tolerant import Open

DatasetStatus = Literal["reading", "ready", "failed"]
TargetColumns = str | tuple[str, ...]
"""One column or several."""


class ReadFailure(Message):
    """Why the files of a version could not be read."""

    code: str
    """`data_error`, `not_a_table`, `no_rows`, `invalid_parse`, `too_large`, `unknown_column`, `digest_differs`,
    `quota_bytes`, `disk_full`, `machine_error`, `store_unavailable`, `worker_lost`, `reader_fault`."""
    message: str
    file: str | None = None
    line: int | None = None
    """Line number, from 1."""
    byte: int | None = None
    """Position in the file, from 0."""
    around: str | None = None
    """At most 80 characters around the place."""
    option: dict[str, Any] | None = None
    """Merge patch of `parse` that would read the file, such as `{"ragged": "pad"}`."""


class VersionSummary(Message):
    """A summary of a version of a data set."""

    number: int
    status: Open[DatasetStatus]
    digest: str | None
    """`sha256:` and the digest of the parsed content; null until it is ready."""
    rows: int | None
    bytes: int
    """Size of the parsed table on disk."""
    error: ReadFailure | None
    progress: StepProgress | None
    """Progress of the reading; null when it has ended."""
    created_at: Moment
    finished_at: Moment | None
    column_count: int | None = None
    """Null until the version is ready, like `finding_count`."""
    finding_count: int | None = None


class SourceFile(Message):
    """A file that a version was read from."""

    name: str
    upload: str
    """Id of the upload, from which other versions can be made."""
    size: int
    sha256: str | None
    """SHA-256 of the whole file, if it is known."""
    split: str | None
    """The part that its rows belong to."""


class VersionRecord(VersionSummary):
    """A version of a data set."""

    parse: dict[str, Any]
    """The options that its files are read with: those of the request until the version is ready, then with every option
    written out."""
    guessed: dict[str, str]
    """For each option that was guessed, the evidence."""
    columns: tuple[ColumnRecord, ...]
    """Empty until the version is ready. Each column lists at most its 50 most frequent values."""
    files: tuple[FileFacts, ...]
    """Rows of each file; empty until the version is ready."""
    sources: tuple[SourceFile, ...]
    left_out: LeftOutRows
    last_event: int = 0
    """Number of the newest event in the data set's log."""


class DatasetRecord(Message):
    """A data set: a built-in one, or one of your workspace."""

    id: str
    name: str
    title: str
    """Title of a built-in data set; else the name."""
    built_in: bool
    tags: tuple[str, ...]
    notes: str
    status: Open[DatasetStatus]
    """Status of the newest version."""
    version: int | None
    """Number of the newest version that is ready; null for a built-in data set."""
    target: TargetColumns | None
    """The default target, for specs without a `target`."""
    rows: int | None
    """Number of rows of the newest version that is ready; `bytes`, `digest`, the counts, `columns` and `parse` are also
    of that version."""
    bytes: int | None
    digest: str | None
    error: ReadFailure | None
    """Why the newest version could not be read."""
    progress: StepProgress | None
    """Progress of the reading of the newest version."""
    created_at: Moment | None
    """Null for a built-in data set."""
    task: Open[Task] | None
    """Only for a built-in data set, like the fields below: for others, the experiment's spec determines them."""
    input_shape: tuple[int, ...] | None
    inputs: int | None
    """Numbers in one example."""
    classes: tuple[str, ...] | None
    """Empty for regression."""
    train_examples: int | None
    """Number of training examples with the default validation split."""
    validation_examples: int | None
    """Default size of the validation split."""
    test_examples: int | None
    available: bool
    """Whether the data are on the server; if not, the first run that needs them downloads them."""
    last_event: int
    """Number of the newest event in the data set's log."""
    column_count: int | None = None
    finding_count: int | None = None
    """Number of findings about its data."""
    columns: tuple[ColumnRecord, ...] | None = None
    """Null in lists and events. Each column lists at most its 50 most frequent values."""
    parse: dict[str, Any] | None = None
    """How the files were read: every option written out. Null in lists and events."""
    guessed: dict[str, str] | None = None
    """For each option that was guessed, the evidence. Null in lists and events."""
    left_out: LeftOutRows | None = None
    """Null in lists and events."""
    versions: tuple[VersionSummary, ...] | None = None
    """All versions, newest first. Null in lists and events."""


class DatasetPage(Message):
    """A page of data sets, newest first; the built-in ones come last."""

    data: tuple[DatasetRecord, ...]
    next_cursor: str | None = None
    """Send it as `cursor` for the next page; null on the last."""


class DatasetDryRun(Message):
    """The result of reading the beginning of the files, without storing anything."""

    parse: dict[str, Any]
    """The resolved options of reading: every one is written out."""
    guessed: dict[str, str]
    """For each option that was guessed, the evidence."""
    columns: tuple[ColumnRecord, ...]
    rows: int
    """Number of rows that were read."""
    data: tuple[dict[str, Any], ...]
    """The first 20 rows."""
    left_out: LeftOutRows
    findings: tuple[Finding, ...]
    bytes_read: int
    complete: bool
    """Whether the files were read completely."""


class RowPage(Message):
    """Rows of a data set."""

    columns: tuple[str, ...]
    data: tuple[dict[str, Any], ...]
    """Each row as an object; null where a value is missing, `"NaN"` and infinities as strings."""
    index: tuple[int, ...]
    """Position of each row in the data set, from 0."""
    offset: int
    total: int
    """Number of rows that the request selects."""


class DatasetEnvelope(Message):
    """One event of a data set: the data of a server-sent event, or a line of NDJSON."""

    seq: int
    """The event's number in the log of its data set: 1, 2, 3 …"""
    kind: str
    at: Moment
    dataset_id: str
    data: dict[str, Any]


class DatasetLogEntry(Message):
    """A line of a data set's log."""

    id: int
    """The line's number among all events of the data set."""
    at: Moment
    level: str
    message: str


class DatasetLogPage(Message):
    """The answer of `GET /v1/datasets/{dataset}/log`, oldest first."""

    data: tuple[DatasetLogEntry, ...]
    last_event: int
