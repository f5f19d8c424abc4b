"""The handle of a sweep: its last known state, and what can be done with it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gradus.client import notebook
from gradus.client.ensemble import EnsembleHandle
from gradus.client.experiment import Experiment
from gradus.client.handle import wait_seconds
from gradus.client.methods import T_co, iterator, method
from gradus.client.metrics import metrics_page
from gradus.client.plots import draw_sweep, table
from gradus.client.request import (
    PAGE_SIZE,
    Request,
    document,
    encoded,
    idempotency,
    list_experiments,
    nothing,
    path_of,
    reads,
)
from gradus.client.retry import Deadline
from gradus.errors import BadRequest, NotFound
from gradus.seeds import read_seeds
from gradus.status import Status
from gradus.sweep.request import SweepExtension
from gradus.wire.sweep import SweepRecord, SweepResult, SweepStatus, SweepSummary
from gradus.wire.tolerant import UnknownStatus, UnknownValue

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

    from gradus.client.async_transport import AsyncTransport  # noqa: F401 (named below)

POLL_SECONDS = 1.0
"""Seconds between two polls of a watched sweep."""
NO_EPOCH = 2**53 - 1
"""An epoch that is never reached: a request that waits for it is answered when the experiment ends."""


class Sweep(EnsembleHandle[T_co]):
    """The last known state of a sweep, `record`, and what can be done with it; in a list, only its `summary`."""

    @method
    async def refresh(self) -> "Sweep[T_co]":
        """Get the current state from the service."""
        return await self._sent(self._request("GET"))

    @method
    async def cancel(self) -> "Sweep[T_co]":
        """Cancel all members that have not ended; repeating it is harmless."""
        return await self._sent(self._request("POST", "cancel", harmless=True))

    @method
    async def retry(self, *, idempotency_key: str | None = None) -> "Sweep[T_co]":
        """Train the failed experiments again. Repeating the same request does not retry those that fail again."""
        return await self._sent(self._request("POST", "retry", headers=idempotency(idempotency_key)))

    @method
    async def extend(
        self,
        more: SweepExtension | Mapping[str, Any] | None = None,
        /,
        *,
        idempotency_key: str | None = None,
        **fields: Any,
    ) -> "Sweep[T_co]":
        """Add seeds, values, draws or variants; they are added once, however often the request is sent."""
        headers, body = idempotency(idempotency_key), encoded(document(more, with_seeds(fields)))
        return await self._sent(self._request("POST", "extend", headers=headers, body=body))

    @method
    async def delete(self) -> None:
        """Delete it with all its experiments; those that have not ended must be cancelled first."""
        await self._transport.send(Request("DELETE", path_of(self._family, self.id), nothing))

    @method
    async def wait(self, timeout: float | None = None) -> "Sweep[T_co]":
        """Block until all its members have ended.

        Raises:
            TimeoutError: some have not ended after `timeout` seconds; they continue to run.
        """
        deadline = Deadline(timeout, f"{self.id} is {self.status}")
        while True:
            await self._sent(self._request("GET"), deadline)
            if self.over:
                return self
            deadline.state = f"{self.id} is {self.status}"
            deadline.check()
            member = self._member_that_goes_on()
            if member is None:  # members with a status that only a newer client knows cannot be waited for
                await self._transport.sleep(POLL_SECONDS)
            else:
                later = metrics_page(member, NO_EPOCH, wait=wait_seconds(deadline))
                with suppress(NotFound):  # that member was deleted: look for another one
                    await self._transport.wait_for(later, deadline)

    @iterator
    async def watch(self, *, interval: float = POLL_SECONDS) -> AsyncGenerator["Sweep[T_co]"]:
        """Yields this handle now and after each change, until the sweep ends; polls every `interval` seconds."""
        before = None
        while True:
            await self._sent(self._request("GET"), Deadline())
            if self.record != before:
                yield self
            if self.over:
                return
            before = self.record
            await self._transport.sleep(interval)

    @iterator
    async def members(self) -> AsyncGenerator[Experiment[T_co]]:
        """Its experiments, newest first."""
        cursor = None
        while True:
            page = await self._transport.send(list_experiments(sweep=self.id, limit=PAGE_SIZE, cursor=cursor))
            for record in page.data:
                yield Experiment(self._transport, record)
            cursor = page.next_cursor
            if cursor is None:
                return

    @method
    async def to_frame(self) -> "DataFrame":
        """The sweep's results as a pandas DataFrame: one row for each change, best first.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = [notebook.result_line(result) for result in (await self._with_results()).results]
        return table(lines, list(dict.fromkeys(key for line in lines for key in line)), "label")

    @method
    async def plot(self) -> "Figure":
        """Its results with their confidence intervals as a plotly figure.

        Raises:
            ImportError: plotly is not installed.
        """
        return draw_sweep(await self._with_results())

    @property
    def summary(self) -> SweepSummary:
        """The summary that lists contain."""
        return self._record

    @property
    def record(self) -> SweepRecord:
        """The service's newest answer about the sweep. A sweep from a list has no record: call `refresh()` first."""
        assert isinstance(self._record, SweepRecord), "a list has no results: refresh() first"
        return self._record

    @property
    def status(self) -> SweepStatus | UnknownValue:
        """The last known status of the sweep."""
        return self.summary.status

    @property
    def over(self) -> bool:
        """Whether all members had ended."""
        return self.summary.over

    @property
    def counts(self) -> Mapping[Status | UnknownStatus, int]:
        """How many of its members had each status."""
        return self.summary.counts

    @property
    def results(self) -> tuple[SweepResult, ...]:
        """The result of each change of the base, best first."""
        return self.record.results

    @property
    def best(self) -> SweepResult | None:
        """The best result; None if there are no results yet."""
        return next((result for result in self.results if result.mean is not None), None)

    def _request(self, method: str, part: str = "", **options: Any) -> Request[SweepRecord]:
        return Request(method, path_of(self._family, self.id, part), reads(SweepRecord), **options)

    async def _sent(self, request: Request[SweepRecord], deadline: Deadline | None = None) -> "Sweep[T_co]":
        """Send a request, and update the record from the answer. Returns this handle."""
        send = self._transport.send(request) if deadline is None else self._transport.wait_for(request, deadline)
        self._record = await send
        return self

    async def _with_results(self) -> SweepRecord:
        if not isinstance(self.summary, SweepRecord):
            await self._sent(self._request("GET"))
        return self.record

    def _member_that_goes_on(self) -> str | None:
        """The id of a member that has not ended, as far as is known; None if there is none."""
        pairs = (pair for result in self.results for pair in zip(result.experiments, result.statuses, strict=True))
        return next((one for one, status in pairs if isinstance(status, Status) and not status.final), None)

    def __repr__(self) -> str:
        return f"<Sweep {self.id} {self.name!r} {self.status} {self.summary.members_over}/{sum(self.counts.values())}>"

    def _repr_html_(self) -> str:
        return notebook.sweep_card(self.summary)


AsyncSweep = Sweep["AsyncTransport"]
"""The handle that an `AsyncClient` returns."""


def with_seeds(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields, with `seeds` expanded to a list if it is a number or a text.

    Raises:
        BadRequest: `seeds` is invalid.
    """
    seeds = fields.get("seeds")
    if isinstance(seeds, bool) or not isinstance(seeds, int | str):
        return fields
    try:
        return {**fields, "seeds": read_seeds(str(seeds))}
    except ValueError as error:
        raise BadRequest(f"seeds={seeds!r}: {error}") from None
