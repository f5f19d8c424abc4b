"""What is known of a run that is training or over."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradus.dataset_plan import DatasetPlan
from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow


@dataclass(frozen=True)
class Run:
    """A spec with every default written out, and the history of its run."""

    spec: Spec
    data: DatasetPlan
    rows: Sequence[MetricsRow]
    """From the first epoch on."""
    is_over: bool
