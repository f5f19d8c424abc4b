"""Metrics rows: page by page, of several experiments at once, and as they come while an experiment trains."""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, TypeVar

from gradus.client.events import StreamEvent
from gradus.client.follow import TOGETHER, follow
from gradus.client.request import Request, given, list_experiments, path_of, reads
from gradus.client.retry import Outage
from gradus.errors import NotFound
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.metrics import MetricsPage, MetricsPages, MetricsRow

if TYPE_CHECKING:
    from gradus.client.transport import Transport

S = TypeVar("S")

CURVE_ROWS, ANSWER_ROWS = 1000, 20_000
"""Maximum number of rows of one curve, and of all curves in one answer."""


def metrics_page(
    experiment_id: str, after: int = 0, wait: int = 0, max_points: int | None = None
) -> Request[MetricsPage]:
    """`GET /v1/experiments/{id}/metrics`."""
    query = given(after=after, wait=wait, max_points=max_points)
    return Request("GET", path_of("experiments", experiment_id, "metrics"), reads(MetricsPage), query=query, wait=wait)


async def all_metrics(transport: "Transport[Any]", experiment_id: str, **options: Any) -> MetricsPage:
    """All rows that `metrics_page` asks for, although one answer may contain only the first of them."""
    page = await transport.send(metrics_page(experiment_id, **options))
    if options.get("max_points") is None:
        while cut := _cut_after(page):
            page = _joined(page, await transport.send(metrics_page(experiment_id, after=cut)))
    return page


def _cut_after(page: MetricsPage) -> int:
    """The epoch to continue from if the answer lacks rows; else 0."""
    return page.data[-1].epoch if page.data and page.data[-1].epoch < page.last_epoch else 0


def _joined(page: MetricsPage, part: MetricsPage) -> MetricsPage:
    """The rows of both pages. If the second page is empty, rows were deleted in the meantime, and no more follow."""
    last = part.last_epoch if part.data else page.data[-1].epoch
    return part.model_copy(update={"data": page.data + part.data, "last_epoch": last})


async def records_of(transport: "Transport[Any]", ids: Sequence[str]) -> list[ExperimentRecord]:
    """The experiments with these ids, in the given order.

    Raises:
        NotFound: one of the experiments does not exist.
    """
    found: dict[str, ExperimentRecord] = {}
    for part in _parts(ids):
        page = await transport.send(list_experiments(part, limit=TOGETHER))
        found |= {record.id: record for record in page.data}
    for one in ids:
        if one not in found:
            raise NotFound(f"no experiment {one}")
    return [found[one] for one in ids]


async def curves_of(transport: "Transport[Any]", ids: Sequence[str]) -> list[tuple[MetricsRow, ...]]:
    """The rows of these experiments, in the given order, as many of each as a plot needs."""
    found: dict[str, tuple[MetricsRow, ...]] = {}
    for part in _parts(ids):
        query: dict[str, int | tuple[str, ...]] = {
            "experiment": tuple(part),
            "max_points": min(CURVE_ROWS, ANSWER_ROWS // len(part)),
        }
        pages = await transport.send(Request("GET", "/v1/metrics", reads(MetricsPages), query=query))
        found |= {one: page.data for one, page in pages.data.items()}
    return [found.get(one, ()) for one in ids]


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    once = list(dict.fromkeys(ids))
    return (once[i : i + TOGETHER] for i in range(0, len(once), TOGETHER))


async def watch(
    transport: "Transport[Any]",
    known: ExperimentRecord,
    after: int,
    patience: float,
    on_event: Callable[[StreamEvent], None],
) -> AsyncGenerator[MetricsRow]:
    """The rows after epoch `after` of an experiment as they arrive, until it ends; `on_event` is called with every
    event.

    Raises:
        GradusError: the service refused, or could not be reached for `patience` seconds.
    """
    rows = _CountedRows(known, after)
    if known.events_pruned:  # the log no longer has its epochs
        async with aclosing(_stored(transport, known.id, after, patience)) as stored:
            async for row in stored:
                rows.after = row.epoch
                yield row
    async with aclosing(follow(transport, known.id, patience=patience)) as events:
        async for event in events:
            on_event(event)
            if (new := rows.row_of(event)) is not None:
                yield new


async def _stored(
    transport: "Transport[Any]", experiment_id: str, after: int, patience: float
) -> AsyncGenerator[MetricsRow]:
    """The rows that the service has stored."""
    while True:
        page = await transport.send(metrics_page(experiment_id, after=after), Outage(patience))
        for row in page.data:
            yield row
        after = _cut_after(page)
        if not after:
            return


class _CountedRows:
    """Selects the rows of a log that count: those of the attempt that was in progress when the watching began, and of
    later attempts.

    A sweep's retry trains failed experiments from the start. The service deletes their old rows, but the log keeps
    them, and continues with epochs 1, 2, 3 … again.
    """

    def __init__(self, known: ExperimentRecord, after: int) -> None:
        self._known, self.after = known, after
        self._forgotten = False

    def row_of(self, event: StreamEvent) -> MetricsRow | None:
        """The event's row, if it has one that counts."""
        if isinstance(event.data, ExperimentRecord):
            self._forgotten = self._is_earlier(event.data)
        elif isinstance(event.data, MetricsRow) and event.data.epoch > self.after and not self._forgotten:
            return event.data
        return None

    def _is_earlier(self, record: ExperimentRecord) -> bool:
        """Whether the record is of an earlier attempt: one that started at another time, but not later."""
        return record.started_at != self._known.started_at and record.attempts <= self._known.attempts
