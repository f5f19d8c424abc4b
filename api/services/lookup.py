"""Experiments and sweeps by the ids that clients name: what a workspace does not have is not there for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from api.ids import is_experiment_id, is_sweep_id
from gradus.errors import NotFound
from hub.experiments import experiments
from hub.sweeps import sweeps
from hub.tables import ExperimentRow, SweepRow, Table

Row = TypeVar("Row", bound=Table)
Find = Callable[[Session, str, str], Row | None]
"""A workspace's row by its id."""


@dataclass(frozen=True)
class Lookup(Generic[Row]):
    """All of one kind."""

    name: str
    """Of one of them."""
    is_id: Callable[[str], bool]
    get: Find[Row]
    lock: Find[Row]

    def found(self, session: Session, workspace_id: str, thing_id: str) -> Row:
        """Its row.

        Raises:
            NotFound: the workspace has none of this id.
        """
        return self._known(self.get, session, workspace_id, thing_id)

    def locked(self, session: Session, workspace_id: str, thing_id: str) -> Row:
        """Its row, kept from change by others until the transaction ends.

        Raises:
            NotFound: the workspace has none of this id.
        """
        return self._known(self.lock, session, workspace_id, thing_id)

    def _known(self, find: Find[Row], session: Session, workspace_id: str, thing_id: str) -> Row:
        row = find(session, workspace_id, thing_id) if self.is_id(thing_id) else None
        if row is None:
            raise NotFound(f"no {self.name} {thing_id[:100]}")
        return row


EXPERIMENTS: Lookup[ExperimentRow] = Lookup("experiment", is_experiment_id, experiments.get_of, experiments.lock_of)
SWEEPS: Lookup[SweepRow] = Lookup("sweep", is_sweep_id, sweeps.get_of, sweeps.lock_of)
