"""The last known state of a data set."""

from typing import Any, ClassVar

from gradus.client.handle import Handle
from gradus.client.methods import T_co
from gradus.wire.dataset import DatasetRecord, ReadFailure, VersionSummary
from gradus.wire.table import ColumnRecord


class DatasetHandle(Handle[DatasetRecord, T_co]):
    """The last known state of a data set."""

    _family: ClassVar[str] = "datasets"

    @property
    def record(self) -> DatasetRecord:
        """The service's newest answer about the data set."""
        return self._record

    @property
    def status(self) -> str:
        """The status of the newest version: `reading`, `ready` or `failed`."""
        return str(self.record.status)

    @property
    def target(self) -> str | tuple[str, ...] | None:
        """The default target, for specs without a `target`."""
        return self.record.target

    @property
    def tags(self) -> tuple[str, ...]:
        """Labels for filters."""
        return self.record.tags

    @property
    def notes(self) -> str:
        """Free-form notes."""
        return self.record.notes

    @property
    def columns(self) -> tuple[ColumnRecord, ...]:
        """The columns with their types and how these were decided; empty until the data set is ready, and in lists."""
        return self.record.columns or ()

    @property
    def parse(self) -> dict[str, Any]:
        """How the files were read, with every option written out; empty until the data set is ready, and in lists."""
        return self.record.parse or {}

    @property
    def versions(self) -> tuple[VersionSummary, ...]:
        """All versions, newest first; empty in lists."""
        return self.record.versions or ()

    @property
    def error(self) -> ReadFailure | None:
        """Why the newest version could not be read."""
        return self.record.error

    def __repr__(self) -> str:
        rows = "" if self.record.rows is None else f" {self.record.rows:,} rows"
        return f"<Dataset {self.name!r} {self.status}{rows}>"
