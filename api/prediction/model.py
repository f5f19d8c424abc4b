"""A loaded model, with all that predictions need."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from api.prediction.plain_rows import PlainRows
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
    """The network of an experiment's epoch, or an ensemble of several networks, ready to predict. Thread-safe."""

    origins: tuple[Origin, ...]
    """One for each network."""
    fitted: Fitted
    data: DatasetPlan
    signature: Signature
    session: Session
    other_columns: frozenset[str]
    """Columns that the network does not use but a request may have: targets, ignored columns, and columns of the
    split."""
    parse: Mapping[str, Any]
    """How the files of the data set were read: the resolved `parse`; empty if that is not known."""
    rows_at_once: int
    """Batch size that fits into the memory budget."""
    bytes: int
    """Estimate of the model's memory."""
    multiply_adds: int
    """Multiplications with additions for one row."""
    calibration: CalibrationRecord | None = None
    """The calibration by the validation split; None unless it was requested."""

    @cached_property
    def plain_rows(self) -> PlainRows:
        """Converts rows whose predictions have no notes."""
        return PlainRows(self.fitted, self.other_columns)

    @cached_property
    def name_lengths(self) -> list[int]:
        """The lengths of the names of the classes or labels, the longest first."""
        return sorted(map(len, self.data.classes), reverse=True)

    @cached_property
    def is_table(self) -> bool:
        """Whether no input is a picture or an array."""
        return all(one.shape == (1,) for one in self.signature.inputs)

    @property
    def origin(self) -> Origin:
        """The origin of the model's network, which must be its only one."""
        (only,) = self.origins
        return only
