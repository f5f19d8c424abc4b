"""The history of an experiment, as far as it has got: its metrics, its events and its log."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from gradus.client.events import StreamEvent
from gradus.client.follow import experiment_log
from gradus.client.follow import follow as follow_log
from gradus.client.methods import T_co, iterator, method
from gradus.client.metrics import all_metrics, watch
from gradus.client.plots import PLOT_ROWS, draw_experiment, frame
from gradus.client.request import Request, path_of
from gradus.client.retry import PATIENCE, Deadline, Outage
from gradus.client.trained import TrainedHandle
from gradus.wire.experiment import ExperimentRecord, LogEntry, LogLine
from gradus.wire.metrics import MetricsPage, MetricsRow

if TYPE_CHECKING:
    import httpx
    from pandas import DataFrame
    from plotly.graph_objects import Figure

Versioned = tuple[ExperimentRecord, str | None]
"""A record and its `ETag`."""


def versioned(response: "httpx.Response") -> Versioned:
    """Read a response that contains an experiment; returns the record and its ETag."""
    return ExperimentRecord.model_validate_json(response.content), response.headers.get("ETag")


class HistoryHandle(TrainedHandle[T_co]):
    """The last known state of an experiment with its version, and its history."""

    def __init__(self, transport: T_co, record: ExperimentRecord, etag: str | None = None) -> None:
        super().__init__(transport, record)
        self._etag = etag

    @method
    async def metrics(self, *, after: int = 0, wait: int = 0, max_points: int | None = None) -> MetricsPage:
        """All metrics rows after epoch `after`. With `wait`, the answer comes as soon as there is a row, or after this
        many seconds (at most 60). With `max_points`, there are at most this many rows."""
        return await self._metrics(after=after, wait=wait, max_points=max_points)

    @iterator
    async def watch(self, *, after: int = 0, patience: float = PATIENCE) -> AsyncGenerator[MetricsRow]:
        """The metrics rows after epoch `after` as they arrive, each once and in order, until the experiment ends.

        A broken connection is reopened and continued, for at most `patience` seconds. If the experiment's sweep retries
        it in the meantime, the rows begin again at epoch 1; later calls return only the new rows.
        """
        self._record, self._etag = await self._transport.send(self._request("GET"), Outage(patience))
        rows = watch(self._transport, self.record, after, patience, self._renew)
        async with aclosing(rows):
            async for row in rows:
                yield row

    @iterator
    async def events(
        self, *, after: int = 0, follow: bool = True, patience: float = PATIENCE
    ) -> AsyncGenerator[StreamEvent]:
        """The experiment's events after number `after` as they arrive, each once and in order, until the experiment
        ends.

        Without `follow`, only the events so far.
        """
        last = None if follow else await self._last_event()
        if last is not None and last <= after:
            return
        async with aclosing(follow_log(self._transport, self.id, after, patience, last)) as events:
            async for event in events:
                self._renew(event)
                yield event

    @iterator
    async def logs(self, *, follow: bool = False) -> AsyncGenerator[LogEntry]:
        """The log lines so far; with `follow`, also the later ones, until the experiment ends."""
        seen = 0
        while (page := await self._transport.send(experiment_log(self.id, seen))).data:
            for line in page.data:
                yield line
            seen = page.data[-1].id
        if not follow:
            return
        async with aclosing(follow_log(self._transport, self.id, max(seen, page.last_event))) as events:
            async for event in events:
                self._renew(event)
                if isinstance(event.data, LogLine):
                    yield LogEntry(id=event.seq, at=event.at, level=event.data.level, message=event.data.message)

    @method
    async def to_frame(self) -> "DataFrame":
        """Its metrics as a pandas frame, one row for each epoch.

        Raises:
            ImportError: pandas is not installed.
        """
        return frame((await self._metrics()).data)

    @method
    async def plot(self, *, log: bool = False) -> "Figure":
        """Its curves as a plotly figure, which a notebook shows; `log` for losses on a logarithmic axis.

        Raises:
            ImportError: plotly is not installed.
        """
        rows = (await self._metrics(max_points=PLOT_ROWS)).data
        return draw_experiment(self.record, rows, log=log)

    def _request(self, method: str, part: str = "", **options: Any) -> Request[Versioned]:
        return Request(method, path_of(self._family, self.id, part), versioned, **options)

    async def _renewed(self, request: Request[Versioned], deadline: Deadline | None = None) -> None:
        """Send a request, and update the record from the answer."""
        send = self._transport.send(request) if deadline is None else self._transport.wait_for(request, deadline)
        self._record, self._etag = await send

    async def _last_event(self) -> int:
        await self._renewed(self._request("GET"))
        return self.record.last_event

    async def _metrics(self, **options: Any) -> MetricsPage:
        """The metrics rows. If they show that the record is out of date, it is updated, too."""
        page = await all_metrics(self._transport, self.id, **options)
        if (page.status, page.last_epoch) != (self.status, self.progress.epoch):
            await self._renewed(self._request("GET"))
        return page
