"""Lookup of experiments, sweeps and uploads by id. An id of another workspace is not found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from api.ids import is_experiment_id, is_sweep_id, is_upload_id
from gradus.errors import NotFound
from hub.datasets import uploads
from hub.experiments import experiments
from hub.sweeps import sweeps
from hub.tables import ExperimentRow, SweepRow, Table, UploadRow

Row = TypeVar("Row", bound=Table)
Find = Callable[[Session, str, str], Row | None]
"""Returns the workspace's row with an id."""


_KINDS = {"exp": "an experiment", "swp": "a sweep", "dst": "a data set", "upl": "an upload", "key": "a key"}
"""The kinds of resources by the prefix of their ids."""


@dataclass(frozen=True)
class Lookup(Generic[Row]):
    """Lookup of one kind of resource."""

    name: str
    """The resource's name in error messages."""
    is_id: Callable[[str], bool]
    get: Find[Row]
    lock: Find[Row]

    def found(self, session: Session, workspace_id: str, resource_id: str) -> Row:
        """The row with this id.

        Raises:
            NotFound: the workspace has no row with this id.
        """
        return self._find(self.get, session, workspace_id, resource_id)

    def locked(self, session: Session, workspace_id: str, resource_id: str) -> Row:
        """The row with this id, locked until the transaction ends.

        Raises:
            NotFound: the workspace has no row with this id.
        """
        return self._find(self.lock, session, workspace_id, resource_id)

    def _find(self, find: Find[Row], session: Session, workspace_id: str, resource_id: str) -> Row:
        row = find(session, workspace_id, resource_id) if self.is_id(resource_id) else None
        if row is None:
            raise self.absent(resource_id)
        return row

    def absent(self, resource_id: str) -> NotFound:
        """The error for an id that the workspace does not have."""
        kind = _KINDS.get(resource_id.partition("_")[0])
        hint = f": this is the id of {kind}" if kind and not kind.endswith(f" {self.name}") else ""
        return NotFound(f"no {self.name} {resource_id[:100]}{hint}")


EXPERIMENTS: Lookup[ExperimentRow] = Lookup("experiment", is_experiment_id, experiments.get_of, experiments.lock_of)
SWEEPS: Lookup[SweepRow] = Lookup("sweep", is_sweep_id, sweeps.get_of, sweeps.lock_of)
UPLOADS: Lookup[UploadRow] = Lookup("upload", is_upload_id, uploads.get_of, uploads.lock_of)
