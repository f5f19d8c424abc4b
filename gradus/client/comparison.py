"""Runs side by side: what differs between their specs, and what that made of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradus.client import pages
from gradus.client.drawing import draw_comparison, table
from gradus.spec.experiment import FOR_PEOPLE
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

SCORES = ("validation_loss", "validation_accuracy", "test_loss", "test_accuracy")


@dataclass(frozen=True)
class Comparison:
    """Experiments and their curves, in the order in which they were named."""

    records: tuple[ExperimentRecord, ...]
    rows: tuple[tuple[MetricsRow, ...], ...]

    @property
    def differences(self) -> dict[str, tuple[Any, ...]]:
        """Each place where the resolved specs differ, with the value in each; None where a spec has no such place."""
        return differences([record.spec.document() for record in self.records])

    def to_frame(self) -> "DataFrame":
        """A row for each run: what differs, and the best epoch's scores.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = self._lines()
        return table(lines, list(lines[0]), "id")

    def plot(self, metric: str = "validation_accuracy", *, log: bool = False) -> "Figure":
        """The curves of one metric over each other, as a plotly figure.

        Raises:
            ImportError: plotly is not installed.
        """
        return draw_comparison(dict(zip(self._labels(), self.rows, strict=True)), metric, log=log)

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


def differences(documents: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The paths, keys and places in lists joined by dots, at which the documents are not all equal; fields for people
    are left out.

    `differences([{"lr": 1, "seed": 0}, {"lr": 2, "seed": 0}])` is `{"lr": (1, 2)}`.
    """
    flat = [dict(_leaves(document)) for document in documents]
    paths = dict.fromkeys(path for leaves in flat for path in leaves if path not in FOR_PEOPLE)
    values = {path: tuple(leaves.get(path) for leaves in flat) for path in paths}
    return {path: found for path, found in values.items() if any(value != found[0] for value in found)}


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    match value:
        case dict() if value:
            parts = value.items()
        case list() if value:
            parts = enumerate(value)  # type: ignore[assignment]
        case _:
            yield path, value
            return
    for key, part in parts:
        yield from _leaves(part, f"{path}.{key}" if path else str(key))
