"""A loaded model, and what is needed to ask it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from export.session import Session
from export.signature import Signature
from gradus.dataset_plan import DatasetPlan
from preprocessing.encode import Fitted


@dataclass(frozen=True, eq=False)
class Model:
    """The network of an experiment's epoch, ready to answer. Thread-safe."""

    experiment_id: str
    epoch: int
    checkpoint: str
    """Digest of the checkpoint, `sha256:…`."""
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
