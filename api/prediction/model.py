"""A loaded model, and what is needed to ask it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from export.session import Session
from export.signature import Signature
from gradus.dataset_plan import DatasetPlan
from gradus.wire.calibration import CalibrationRecord
from preprocessing.encode import Fitted


@dataclass(frozen=True)
class Origin:
    """Where a network comes from."""

    experiment_id: str
    epoch: int
    checkpoint: str
    """Digest of the checkpoint, `sha256:…`."""


@dataclass(frozen=True, eq=False)
class Model:
    """The network of an experiment's epoch, or several as an ensemble, ready to answer. Thread-safe."""

    origins: tuple[Origin, ...]
    """One for each network."""
    fitted: Fitted
    data: DatasetPlan
    signature: Signature
    session: Session
    other_columns: frozenset[str]
    """Columns that the network does not see, which may stand in a request: targets, ignored ones, those of the
    split."""
    parse: Mapping[str, Any]
    """How the files of the data set were read: the resolved `parse`; empty if that is not known."""
    rows_at_once: int
    """Rows that it computes within the budget of memory."""
    bytes: int
    """Estimate of its memory."""
    multiply_adds: int
    """Multiplications with additions for one row."""
    calibration: CalibrationRecord | None = None
    """What its validation split says; None unless that was asked for."""

    @property
    def origin(self) -> Origin:
        """Where its only network comes from."""
        (only,) = self.origins
        return only
