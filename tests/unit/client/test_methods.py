"""Methods that are written once for both clients: the blocking one runs them to their end, the asynchronous one awaits
them.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

import httpx
import pytest

from gradus import AsyncClient, Client, Experiment
from gradus.client.methods import Resource, iterate, iterator, method, run
from gradus.client.sync_transport import SyncTransport
from tests.unit.client.said import RECORD, Script, document, event, metrics_row, ok, record, stream

EPOCHS = [event(seq, "epoch", metrics_row(seq)) for seq in (1, 2, 3)]
END = event(4, "end", document(status="succeeded"))


def test_a_client_that_blocks_works_where_an_event_loop_runs() -> None:
    """Notebooks run their cells in an event loop."""

    async def cell() -> list[int]:
        experiment = Experiment(Script(ok(record()), stream(*EPOCHS, END)), RECORD)
        return [row.epoch for row in experiment.watch()]

    assert asyncio.run(cell(), debug=True) == [1, 2, 3]


class Pieces(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A stream that records whether it was closed."""

    closed = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(EPOCHS)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in EPOCHS:
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.parametrize("way", ["close", "break", "forget"])
def test_a_stream_that_is_left_early_is_closed(way: str) -> None:
    pieces = Pieces()
    answer = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=pieces)
    rows = Experiment(Script(ok(record()), answer), RECORD).watch()
    assert next(rows).epoch == 1
    assert not pieces.closed
    if way == "close":
        rows.close()
    elif way == "break":
        for row in rows:
            assert row.epoch == 2
            break
    del rows
    assert pieces.closed


def test_a_stream_that_is_left_early_is_closed_by_an_event_loop_too() -> None:
    pieces = Pieces()

    def reply(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("events"):
            return ok(record())
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=pieces)

    async def watch() -> None:
        async with AsyncClient("http://here", transport=httpx.MockTransport(reply)) as client:
            rows = (await client.experiments.get("exp_1")).watch()
            assert (await anext(rows)).epoch == 1
            assert not pieces.closed
            await rows.aclose()
            assert pieces.closed

    asyncio.run(watch())


class Odd(Resource[SyncTransport]):
    """Methods with faults: one waits for something other than the transport, the other raises an error."""

    @method
    async def sleep(self) -> None:
        """Waits for the event loop."""
        await asyncio.sleep(0)

    @iterator
    async def count(self) -> AsyncGenerator[int]:
        """Yields one number, and then raises an error."""
        yield 1
        raise ValueError("two")


def test_what_a_method_raises_comes_out_and_what_waits_for_anything_else_is_a_mistake() -> None:
    odd = Odd(Script())
    with pytest.raises(AssertionError, match="never suspends"):
        odd.sleep()
    numbers = odd.count()
    assert next(numbers) == 1
    with pytest.raises(ValueError, match="two"):
        next(numbers)


def test_results_and_values_of_any_kind_come_out() -> None:
    async def stop() -> type[StopIteration]:
        return StopIteration

    async def nothing() -> AsyncGenerator[None]:
        yield None
        yield None

    assert run(stop()) is StopIteration
    assert list(iterate(nothing())) == [None, None]


def test_methods_of_a_class_are_themselves_and_keep_their_text() -> None:
    assert isinstance(Experiment.pause, method)
    assert isinstance(Experiment.watch, iterator)
    assert (Experiment.pause.__doc__ or "").startswith("Stop it at a checkpoint")
    with Client("http://here") as client:
        assert client.system.__name__ == "system"
