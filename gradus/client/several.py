"""Asking for several experiments at once, as many as one answer holds."""

from collections.abc import Iterator, Sequence
from typing import Never

from gradus.client import calls
from gradus.client.flows import send
from gradus.client.steps import Flow
from gradus.errors import NotFound
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsRow

TOGETHER = 50
"""Experiments in one answer."""
POINTS, ROWS = 1000, 20_000
"""Rows of one curve, and of all curves in one answer."""


def records(ids: Sequence[str]) -> Flow[Never, list[ExperimentRecord]]:
    """The experiments of these ids, in their order.

    Raises:
        NotFound: one of them is not there.
    """
    found: dict[str, ExperimentRecord] = {}
    for part in _parts(ids):
        page = yield from send(calls.experiments(ids=part, limit=TOGETHER))
        found |= {record.id: record for record in page.data}
    for one in ids:
        if one not in found:
            raise NotFound(f"no experiment {one}")
    return [found[one] for one in ids]


def curves(ids: Sequence[str]) -> Flow[Never, list[tuple[MetricsRow, ...]]]:
    """The rows of these experiments, in their order, as many of each as a picture needs."""
    found: dict[str, tuple[MetricsRow, ...]] = {}
    for part in _parts(ids):
        pages = yield from send(calls.histories(part, max_points=min(POINTS, ROWS // len(part))))
        found |= {one: page.data for one, page in pages.data.items()}
    return [found.get(one, ()) for one in ids]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    once = list(dict.fromkeys(ids))
    return (once[i : i + TOGETHER] for i in range(0, len(once), TOGETHER))
