"""The transport of an `AsyncClient`, which awaits."""

from collections.abc import AsyncGenerator

import httpx

from gradus.client.credentials import Credentials
from gradus.client.request import DEFAULT_OPTIONS, Options
from gradus.client.transport import Transport, settings


class AsyncTransport(Transport[httpx.AsyncClient]):
    """A transport whose methods are awaited, from one event loop."""

    blocks = False

    def __init__(
        self,
        credentials: Credentials,
        options: Options = DEFAULT_OPTIONS,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        super().__init__(credentials, options)
        self.http = httpx.AsyncClient(**settings(credentials), transport=transport)

    async def _open(self, sent: httpx.Request) -> httpx.Response:
        return await self.http.send(sent, stream=True)

    async def _read(self, response: httpx.Response) -> None:
        await response.aread()

    async def _chunks(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        async for chunk in response.aiter_bytes():
            yield chunk

    async def _close(self, response: httpx.Response) -> None:
        await response.aclose()

    async def sleep(self, seconds: float) -> None:
        """Pause; other tasks of the event loop run in the meantime."""
        from asyncio import sleep  # noqa: PLC0415 (a tenth of the import's time, for nothing where a client blocks)

        await sleep(seconds)
