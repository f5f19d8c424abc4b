"""The transport of a `Client`, which blocks."""

import time
from collections.abc import AsyncGenerator

import httpx

from gradus.client.credentials import Credentials
from gradus.client.request import DEFAULT_OPTIONS, Options
from gradus.client.transport import Transport, settings


class SyncTransport(Transport[httpx.Client]):
    """A transport whose methods block. Safe to share between threads."""

    blocks = True

    def __init__(
        self, credentials: Credentials, options: Options = DEFAULT_OPTIONS, transport: httpx.BaseTransport | None = None
    ) -> None:
        super().__init__(credentials, options)
        self.http = httpx.Client(**settings(credentials), transport=transport)

    async def _open(self, sent: httpx.Request) -> httpx.Response:
        return self.http.send(sent, stream=True)

    async def _read(self, response: httpx.Response) -> None:
        response.read()

    async def _chunks(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        for chunk in response.iter_bytes():
            yield chunk

    async def _close(self, response: httpx.Response) -> None:
        response.close()

    async def sleep(self, seconds: float) -> None:
        """Block for a while."""
        time.sleep(seconds)
