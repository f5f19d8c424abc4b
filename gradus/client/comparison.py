"""Runs side by side: what differs between their specs, and what that made of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradus.client import pages
from gradus.client.drawing import draw_comparison, table
from gradus.differences import between
from gradus.metrics import METRICS, measured, score
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

SCORES = tuple(one.key for one in METRICS if one.split in {"validation", "test"})


@dataclass(frozen=True)
class Comparison:
    """Experiments and their curves, in the order in which they were named."""

    records: tuple[ExperimentRecord, ...]
    rows: tuple[tuple[MetricsRow, ...], ...]

    @property
    def differences(self) -> dict[str, tuple[Any, ...]]:
        """Each path at which the specs differ, with the value in each; None where a spec has no such path. Then what
        else may give them other numbers: `extended_at`, `extended_from`, `forked_from`, `forked_epoch`, `device`."""
        return between(self.records)

    def to_frame(self) -> "DataFrame":
        """A row for each run: what differs, and the best epoch's scores.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = self._lines()
        return table(lines, list(lines[0]), "id")

    def plot(self, metric: str | None = None, *, log: bool = False) -> "Figure":
        """The curves of one metric over each other, as a plotly figure; by default of validation accuracy, or of
        validation loss where some run has none.

        Raises:
            ImportError: plotly is not installed.
        """
        shown = self._score() if metric is None else metric
        return draw_comparison(dict(zip(self._labels(), self.rows, strict=True)), shown, log=log)

    def _score(self) -> str:
        """The score that all of them have."""
        known = [set(measured(rows)) for rows in self.rows if rows]
        return score(set(METRICS).intersection(*known)).key

    def _lines(self) -> list[dict[str, Any]]:
        different = self.differences
        return [
            {"id": record.id, "name": record.name, "status": str(record.status), "epoch": best and best.epoch}
            | {path: values[i] for path, values in different.items()}
            | {score: best and getattr(best, score) for score in SCORES}
            for i, record in enumerate(self.records)
            for best in (record.best,)
        ]

    def _labels(self) -> list[str]:
        names = [record.name or record.id for record in self.records]
        once = len(set(names)) == len(names)
        return names if once else [f"{name} ({record.id})" for name, record in zip(names, self.records, strict=True)]

    def _repr_html_(self) -> str:
        lines = self._lines()
        return pages.grid(list(lines[0]), (list(line.values()) for line in lines))
