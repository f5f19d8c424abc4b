"""Passes requests to the application, most of them only when their body has arrived."""

import asyncio

from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.rejection import Rejection


class Handover:
    """The requests of a connection that the application has, or is about to get."""

    def __init__(self) -> None:
        self.waiting: tuple[RequestResponseCycle, ASGI3Application] | None = None
        """The request whose body is awaited. The application gets it later: slow uploads must not hold resources."""
        self.under_way: RequestResponseCycle | None = None
        """The request being answered, or the last one. The protocol's `cycle` is the newest request that was read; it
        may have to wait for this one."""
        self._fault: tuple[RequestResponseCycle, Rejection] | None = None

    @property
    def is_answering(self) -> bool:
        """Whether a response is in progress."""
        return self.under_way is not None and not self.under_way.response_complete

    def wait(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Make it the request being answered, whose body is awaited."""
        self.under_way, self.waiting = cycle, (cycle, app)

    def disconnect(self) -> None:
        """Tell the request being answered that its client is gone."""
        if self.under_way is not None and not self.under_way.response_complete:
            self.under_way.disconnected = True
            self.under_way.message_event.set()

    def fail(self, cycle: RequestResponseCycle, rejection: Rejection) -> None:
        """Raise the rejection where the application reads the rest of the request's body."""
        self._fault = (cycle, rejection)
        cycle.message_event.set()

    def take(self) -> tuple[RequestResponseCycle, ASGI3Application] | None:
        """The waiting request, which then waits no longer, and an application for it. Faults of the request's body are
        raised in this application."""
        if self.waiting is None:
            return None
        (cycle, app), self.waiting = self.waiting, None

        async def app_with_faults(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            await app(scope, lambda: self._received(cycle, receive), send)

        return cycle, app_with_faults

    async def _received(self, cycle: RequestResponseCycle, receive: ASGIReceiveCallable) -> ASGIReceiveEvent:
        """The next message for the application.

        Raises:
            Rejection: the rest of the body is refused.
        """
        message = await receive()
        if self._fault is None or self._fault[0] is not cycle:
            return message
        if cycle.response_started:
            return {"type": "http.disconnect"}
        raise self._fault[1]


def last_cycle(protocol: HttpToolsProtocol) -> RequestResponseCycle:
    """The last response of a connection, to a request whose head was not read."""
    cycle = RequestResponseCycle(
        scope=protocol.scope,
        transport=protocol.transport,
        flow=protocol.flow,
        logger=protocol.logger,
        access_logger=protocol.access_logger,
        access_log=protocol.access_log,
        default_headers=protocol.server_state.default_headers,
        message_event=asyncio.Event(),
        expect_100_continue=False,
        keep_alive=False,
        on_response=protocol.on_response_complete,
    )
    cycle.more_body = False
    return cycle
