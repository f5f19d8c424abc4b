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
"""Between two looks at a sweep that is watched."""
NO_EPOCH = 2**53 - 1
"""An epoch that does not come: a request that waits for it is answered at the end."""


class Sweep(EnsembleHandle[T_co]):
    """The last known state of a sweep, `record`, and what can be done with it; from a list, its `summary` alone."""

    @method
    async def refresh(self) -> "Sweep[T_co]":
        """Ask the service how it is now."""
        return await self._sent(self._request("GET"))

    @method
    async def cancel(self) -> "Sweep[T_co]":
        """End all its members that are not over; repeating it is harmless."""
        return await self._sent(self._request("POST", "cancel", harmless=True))

    @method
    async def retry(self, *, idempotency_key: str | None = None) -> "Sweep[T_co]":
        """Train again what failed; what fails after that is not tried once more, however often the request is sent."""
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
        """Remove it with all its experiments; those that are not over must be cancelled first."""
        await self._transport.send(Request("DELETE", path_of(self._family, self.id), nothing))

    @method
    async def wait(self, timeout: float | None = None) -> "Sweep[T_co]":
        """Block until all its members are over.

        Raises:
            TimeoutError: they are not after so many seconds; they are not stopped.
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
                with suppress(NotFound):  # that member was deleted: look again who goes on
                    await self._transport.wait_for(later, deadline)

    @iterator
    async def watch(self, *, interval: float = POLL_SECONDS) -> AsyncGenerator["Sweep[T_co]"]:
        """Itself now and whenever something of it has changed, looked at every `interval` seconds, to its end."""
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
        """What a list says of it."""
        return self._record

    @property
    def record(self) -> SweepRecord:
        """All of the newest answer; a list does not have it: `refresh()` first."""
        assert isinstance(self._record, SweepRecord), "a list has no results: refresh() first"
        return self._record

    @property
    def status(self) -> SweepStatus | UnknownValue:
        """What its members were doing."""
        return self.summary.status

    @property
    def over(self) -> bool:
        """Whether all its members had ended."""
        return self.summary.over

    @property
    def counts(self) -> Mapping[Status | UnknownStatus, int]:
        """How many of its members had each status."""
        return self.summary.counts

    @property
    def results(self) -> tuple[SweepResult, ...]:
        """What each change of the base gave, best first."""
        return self.record.results

    @property
    def best(self) -> SweepResult | None:
        """The best result; None while there is none."""
        return next((result for result in self.results if result.mean is not None), None)

    def _request(self, method: str, part: str = "", **options: Any) -> Request[SweepRecord]:
        return Request(method, path_of(self._family, self.id, part), reads(SweepRecord), **options)

    async def _sent(self, request: Request[SweepRecord], deadline: Deadline | None = None) -> "Sweep[T_co]":
        """Itself, as the answer has it."""
        send = self._transport.send(request) if deadline is None else self._transport.wait_for(request, deadline)
        self._record = await send
        return self

    async def _with_results(self) -> SweepRecord:
        if not isinstance(self.summary, SweepRecord):
            await self._sent(self._request("GET"))
        return self.record

    def _member_that_goes_on(self) -> str | None:
        """The id of a member that is known to go on."""
        pairs = (pair for result in self.results for pair in zip(result.experiments, result.statuses, strict=True))
        return next((one for one, status in pairs if isinstance(status, Status) and not status.final), None)

    def __repr__(self) -> str:
        return f"<Sweep {self.id} {self.name!r} {self.status} {self.summary.members_over}/{sum(self.counts.values())}>"

    def _repr_html_(self) -> str:
        return notebook.sweep_card(self.summary)


AsyncSweep = Sweep["AsyncTransport"]
"""What an `AsyncClient` gives."""


def with_seeds(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """With the list of seeds that a number or a text stands for.

    Raises:
        BadRequest: it stands for none.
    """
    seeds = fields.get("seeds")
    if isinstance(seeds, bool) or not isinstance(seeds, int | str):
        return fields
    try:
        return {**fields, "seeds": read_seeds(str(seeds))}
    except ValueError as error:
        raise BadRequest(f"seeds={seeds!r}: {error}") from None
