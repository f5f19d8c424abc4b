"""Helpers of the tests of reading: a version to read, and a reader that returns the table that the test gives."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from gradus.facts import FileFacts
from gradus.wire.dataset import ReadFailure
from gradus.wire.finding import Finding
from gradus.wire.statistics import Statistics
from gradus.wire.table import ColumnRecord, ReadTable
from hub.datasets import datasets, reading_claims, readings
from hub.datasets.reading_claims import Reading
from hub.datasets.readings import ReadResult
from hub.hub import Hub
from tests.tables import store as stored

CSV = b"age,exited\n41,yes\n38,no\n"
TABLE = ReadTable(
    parse={"kind": "csv", "delimiter": ","},
    guessed={"delimiter": "every line has one"},
    rows=2,
    columns=(ColumnRecord(name="age", type="integer"), ColumnRecord(name="exited", type="text")),
    files=(FileFacts(name="churn.csv", rows=2),),
    digest="sha256:" + "ab" * 32,
)


def version_of(hub: Hub, dataset_id: str, number: int = 1) -> str:
    """The id of a version of a data set, by its number."""
    with hub.read() as session:
        row = datasets.version(session, dataset_id, number)
        assert row is not None
        return row.id


def claim(hub: Hub, version_id: str, owner: str = "wrk_1") -> Reading | None:
    """Claim the reading of a version as a worker does; None if it cannot be claimed."""
    with hub.write() as session:
        return reading_claims.claim(session, version_id, owner, hub.settings)


def claimed(hub: Hub, version_id: str, owner: str = "wrk_1") -> Reading:
    """Claim the reading of a version that nobody else reads."""
    reading = claim(hub, version_id, owner)
    assert reading is not None
    return reading


def store(hub: Hub, reading: Reading, table: ReadTable = TABLE) -> ReadResult:
    """Store a table, as if a worker had read it; returns the result, which is not recorded yet."""

    def fill(folder: Path) -> None:
        (folder / "facts.json").write_text(table.model_dump_json())

    return ReadResult(table, reading.target, hub.artifacts.put(reading.lease.key, fill), None, (), {})


def finish(hub: Hub, reading: Reading, table: ReadTable = TABLE) -> None:
    """Store a table, as if a worker had read it, and record it."""
    result = store(hub, reading, table)
    with hub.write() as session:
        readings.finish(session, reading.lease, result, hub.settings)


def fail_reading(hub: Hub, dataset_id: str, number: int) -> None:
    """Record that a version cannot be read."""
    reading = claimed(hub, version_of(hub, dataset_id, number))
    failure = ReadFailure(code="data_error", message="line 3 has 3 fields, not 2")
    with hub.write() as session:
        readings.fail(session, reading.lease, failure, hub.settings)


def read_table(
    hub: Hub,
    dataset_id: str,
    columns: Mapping[str, Sequence[Any] | NDArray[Any]],
    statistics: Statistics | None = None,
    findings: tuple[Finding, ...] = (),
) -> None:
    """Store these columns, and record them as the table of a data set's first version."""
    reading = claimed(hub, version_of(hub, dataset_id))
    tables = []

    def fill(folder: Path) -> None:
        tables.append(stored(folder / "t", columns))
        for path in (folder / "t").iterdir():
            path.rename(folder / path.name)
        (folder / "t").rmdir()

    receipt = hub.artifacts.put(reading.lease.key, fill)
    result = ReadResult(tables[0].read, reading.target, receipt, statistics, findings, {})
    with hub.write() as session:
        readings.finish(session, reading.lease, result, hub.settings)
