"""The client in two kinds: `Client` waits, `AsyncClient` is awaited; what both can do stands in `service.py`."""

from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from gradus.client.access import Access, find_access
from gradus.client.calls import Call
from gradus.client.flows import send
from gradus.client.patience import RETRIES
from gradus.client.service import Service

if TYPE_CHECKING:
    import httpx

    from gradus.client.awaiting import Awaiting  # noqa: F401 (named in the base of its client)
    from gradus.client.waiting import Waiting  # noqa: F401 (as above)


T = TypeVar("T")

TIMEOUT = 30.0
"""Seconds without an answer after which a call counts as lost."""


class Client(Service["Waiting"]):
    """Talks with one service. Safe to share between threads; close it, or use it with `with`.

    `Client()` finds the service as the command line does: `GRADUS_URL` and `GRADUS_KEY`, else what `gradus up` wrote.
    """

    def __init__(
        self,
        at: Access | str | None = None,
        transport: "httpx.BaseTransport | None" = None,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        from gradus.client import waiting  # noqa: PLC0415 (brings httpx, a third of the time of the import)

        super().__init__(waiting.Waiting(_access(at, key), timeout, transport))

    def send(self, call: Call[T], retries: int = RETRIES) -> T:
        """Send a call and read its answer; one that cannot be done twice is sent again when that may help.

        Raises:
            GradusError: the service refused, or could not be reached.
        """
        return self._performer.run(send(call, retries))

    def close(self) -> None:
        """Close the connections."""
        self._performer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(Service["Awaiting"]):
    """Talks with one service from one event loop: what `Client` returns is awaited, what it tells wants `async for`."""

    def __init__(
        self,
        at: Access | str | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        from gradus.client import awaiting  # noqa: PLC0415 (as above)

        super().__init__(awaiting.Awaiting(_access(at, key), timeout, transport))

    async def send(self, call: Call[T], retries: int = RETRIES) -> T:
        """Send a call and read its answer, as `Client.send` does."""
        return await self._performer.run(send(call, retries))

    async def close(self) -> None:
        """Close the connections."""
        await self._performer.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _access(at: Access | str | None, key: str | None) -> Access:
    if isinstance(at, Access):
        return at if key is None else find_access(at.url, key=key)
    return find_access(at, key=key)
