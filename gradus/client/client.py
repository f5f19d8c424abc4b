"""`Client`, which blocks, and `AsyncClient`, which is awaited: connections, options, and the service's resources."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from gradus.client.answers import answer
from gradus.client.credentials import Credentials, find_credentials
from gradus.client.experiments import Experiments
from gradus.client.methods import Resource, T_co, method
from gradus.client.request import MAX_RETRIES, TIMEOUT, Document, Options, Request, document, encoded, reads, reads_json
from gradus.errors import BadRequest

if TYPE_CHECKING:
    import httpx

    from gradus.client.async_transport import AsyncTransport  # noqa: F401 (named in the bases of the clients)
    from gradus.client.datasets import Datasets
    from gradus.client.keys import Keys
    from gradus.client.lab import Lab
    from gradus.client.sweeps import Sweeps
    from gradus.client.sync_transport import SyncTransport  # noqa: F401 (as above)
    from gradus.client.webhooks import Webhooks
    from gradus.wire.catalog import Catalog
    from gradus.wire.probe import Probe
    from gradus.wire.system import SystemRecord


class Service(Resource[T_co]):
    """What both clients can ask the service for."""

    @property
    def base_url(self) -> str:
        """Where the service is."""
        return self.credentials.url

    @property
    def credentials(self) -> Credentials:
        """Where the service is, and the key."""
        return self._transport.credentials

    @property
    def experiments(self) -> Experiments[T_co]:
        """Create, find and compare experiments."""
        return Experiments(self._transport)

    @property
    def sweeps(self) -> "Sweeps[T_co]":
        """Many experiments from one base."""
        from gradus.client.sweeps import Sweeps  # noqa: PLC0415 (not everybody needs it)

        return Sweeps(self._transport)

    @property
    def datasets(self) -> "Datasets[T_co]":
        """The data sets that experiments can train on."""
        from gradus.client.datasets import Datasets  # noqa: PLC0415 (not everybody needs it)

        return Datasets(self._transport)

    @property
    def keys(self) -> "Keys[T_co]":
        """API keys, for admins."""
        from gradus.client.keys import Keys  # noqa: PLC0415 (not everybody needs it)

        return Keys(self._transport)

    @property
    def webhooks(self) -> "Webhooks[T_co]":
        """Webhooks: signed calls of the service to a URL of yours."""
        from gradus.client.webhooks import Webhooks  # noqa: PLC0415 (not everybody needs it)

        return Webhooks(self._transport)

    @property
    def lab(self) -> "Lab[T_co]":
        """The lecture's demonstrations."""
        from gradus.client.lab import Lab  # noqa: PLC0415 (not everybody needs it)

        return Lab(self._transport)

    @method
    async def probe(self, spec: Document | None = None, /, *, timeout: float | None = None, **fields: Any) -> "Probe":
        """What a spec will do, before it is queued: statistics of its data and of its initial network, the learning
        rates that can work, findings with patches whose effect was measured, and a verdict. `fields` are fields of a
        spec, and replace those of `spec`. A worker computes the probe beside its training.

        Raises:
            InvalidSpec: the spec is wrong; `errors` lists every mistake.
            TimeoutError: there is no answer after `timeout` seconds.
        """
        from gradus.wire.probe import Probe  # noqa: PLC0415 (not everybody needs it)

        body = encoded(document(spec, fields))
        return await answer(self._transport, Probe, "/v1/probes", timeout, body=body)

    @method
    async def catalog(self) -> "Catalog":
        """Every kind of layer, optimizer … that a spec can name."""
        from gradus.wire.catalog import Catalog  # noqa: PLC0415 (not everybody needs it)

        return await self._transport.send(Request("GET", "/v1/catalog", reads(Catalog)))

    @method
    async def system(self) -> "SystemRecord":
        """Version, workers, devices, queue, limits."""
        from gradus.wire.system import SystemRecord  # noqa: PLC0415 (not everybody needs it)

        return await self._transport.send(Request("GET", "/v1/system", reads(SystemRecord)))

    @method
    async def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int | tuple[str, ...]] | None = None,
        json: Document | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send any request of the HTTP API, such as `("GET", "/v1/system")`; returns its JSON answer, None if it has no
        body.

        The request uses the client's key, timeouts, retries and errors. A POST is sent again after a lost answer only
        if its headers have an `Idempotency-Key`.

        Raises:
            BadRequest: the path is a URL; the key would be sent there.
        """
        if not path.startswith("/"):
            raise BadRequest(f"'{path}' is not a path: write it like /v1/system")
        body = None if json is None else encoded(json)
        sent = Request(method.upper(), path, reads_json, query=params or {}, headers=headers or {}, body=body)
        return await self._transport.send(sent)

    def now(self) -> datetime:
        """The time by the service's clock, estimated from its last answer; before the first, by this machine's
        clock."""
        return self._transport.clock.now()

    def with_options(
        self, *, timeout: float | None = None, max_retries: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Self:
        """A client with other options that shares this client's connections; `close` of either client closes them.

        `headers` are added to this client's headers.
        """
        known = self._transport.options
        options = replace(
            known,
            timeout=known.timeout if timeout is None else timeout,
            max_retries=known.max_retries if max_retries is None else max_retries,
            headers={**_without(known.headers, headers or {}), **(headers or {})},
        )
        other = copy(self)
        other._transport = self._transport.with_options(options)  # type: ignore[assignment] # (of the same class)
        return other


def _without(headers: Mapping[str, str], names: Iterable[str]) -> Mapping[str, str]:
    """The headers without those of these names, ignoring case."""
    dropped = {name.lower() for name in names}
    return {name: value for name, value in headers.items() if name.lower() not in dropped}


class Client(Service["SyncTransport"]):
    """Talks with one service. Safe to share between threads; close it, or use it with `with`.

    `Client()` finds the service as the command line does: `GRADUS_URL` and `GRADUS_KEY`, else what `gradus up` wrote.
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT,
        max_retries: int = MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        transport: "httpx.BaseTransport | None" = None,
    ) -> None:
        from gradus.client.sync_transport import SyncTransport  # noqa: PLC0415 (httpx: a third of the import's time)

        options = Options(timeout, max_retries, headers or {})
        super().__init__(SyncTransport(find_credentials(base_url, key=key), options, transport))

    def close(self) -> None:
        """Close the connections."""
        self._transport.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(Service["AsyncTransport"]):
    """Talks with one service from one event loop: calls must be awaited, and iterators need `async for`."""

    def __init__(
        self,
        base_url: str | None = None,
        *,
        key: str | None = None,
        timeout: float = TIMEOUT,
        max_retries: int = MAX_RETRIES,
        headers: Mapping[str, str] | None = None,
        transport: "httpx.AsyncBaseTransport | None" = None,
    ) -> None:
        from gradus.client.async_transport import AsyncTransport  # noqa: PLC0415 (as above)

        options = Options(timeout, max_retries, headers or {})
        super().__init__(AsyncTransport(find_credentials(base_url, key=key), options, transport))

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
