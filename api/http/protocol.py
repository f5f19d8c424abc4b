"""An HTTP/1.1 protocol with limits on size and time: uvicorn's own limits neither what a client sends nor how slowly.

awaiting a head ──► in a head ──► in a body ──► answering ──► awaiting a head
keep-alive          HEAD_SECONDS  BODY_SECONDS  STALL_SECONDS of a client that does not read
"""

import asyncio
from functools import partial
from typing import Any

import httptools
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from api.http.bounded_writes import BoundedWrites
from api.http.connection_limits import (
    BODY_RATE,
    BODY_SECONDS,
    EAGER_BYTES,
    HEAD_SECONDS,
)
from api.http.deadline import Deadline
from api.http.handover import Handover, last_cycle
from api.http.received_bytes import ReceivedBytes
from api.http.rejection import Rejection, refuse
from api.http.request_head import checked_head, head_too_large, malformed


class BoundedHttpProtocol(BoundedWrites):
    """One connection. Uvicorn gets this class by name and creates an instance for each connection."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._deadline = Deadline(self.loop, self._too_late)
        self._received, self._handover = ReceivedBytes(), Handover()
        self._in_message = False
        self._refused = False
        """Whether further input is ignored."""
        self._body = 0
        """Bytes of the body received so far; `_began` is the time at which the body started."""
        self._began = 0.0

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._deadline.set(self.head_seconds)
        if self._connections is not None and not self._connections.opened(self):
            self._refuse(Rejection(503, "too_many_connections", "the service has reached its connection limit"))

    def connection_lost(self, exc: Exception | None) -> None:
        under_way = self._handover.under_way
        if self._connections is not None and under_way is not None and self._handover.is_answering:
            under_way.disconnected = True
            self._connections.hung_up(partial(self._disconnect, exc))
        else:
            self._disconnect(exc)
        self._deadline.end()
        self._stall.end()
        self._received.clear()
        if self._connections is not None:
            self._connections.closed(self)

    def _disconnect(self, exc: Exception | None) -> None:
        """Tell the request that its client has disconnected."""
        super().connection_lost(exc)
        if self._handover.waiting is not None:
            left = Rejection(499, "client_closed_request", "the client disconnected in the middle of its request")
            refuse(self.scope, left)
            self._begin()
        self._handover.disconnect()

    def shutdown(self) -> None:
        if self._handover.waiting is not None:
            return self._close()
        return super().shutdown()

    # Input

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refused:
            return
        self._received.add(data)
        self._parse_held()

    def _parse_held(self) -> None:
        """Feed the parser, unless the next request must wait for a response in progress."""
        while self._received and not self._refused and not self.transport.is_closing():
            if self._handover.is_answering and not self._in_message:
                self._hold()
                break
            try:
                self._received.parse(self.parser)
            except httptools.HttpParserError as error:
                self._refuse(malformed(error))
                break
            if self._received.exceeds_head:
                self._refuse(self._too_large())

    def _hold(self) -> None:
        """Pause reading. If far too much was sent ahead, drop it, and close the connection after the response."""
        self.flow.pause_reading()
        if self._received.too_many:
            self._stop_reading()
            self.cycle.keep_alive = False

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_message, self._received.in_body = True, False
        self._deadline.set(self.head_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._received.in_body:  # trailer fields are not header fields (RFC 9110, 6.5.1) and are ignored
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._received.progressed()
        rejection = self._check_head()
        self._received.begin_body()
        self._body, self._began = 0, self.loop.time()
        if rejection is not None:
            self.url = b"/"
            refuse(self.scope, rejection)
        super().on_headers_complete()
        if rejection is not None:
            self._stop_reading()
            self.cycle.keep_alive = self.cycle.more_body = False
            self._begin()
        else:
            self._deadline.set(self.body_seconds)

    def _check_head(self) -> Rejection | None:
        """Why the head is refused, or None. Also stores the parts of the head that the protocol needs later."""
        if self._received.may_exceed_head:
            return self._too_large()
        try:
            self.url, self._received.body_left = checked_head(self.parser, self.url, self.headers)
        except Rejection as rejection:
            return rejection
        return None

    def on_body(self, body: bytes) -> None:
        self._received.progressed()
        self._body += len(body)
        if self._received.body_left is not None:
            self._received.body_left -= len(body)
        super().on_body(body)
        if self.flow.read_paused:  # the buffer is full: the application must start to read
            self._begin()

    def on_message_complete(self) -> None:
        self._received.progressed()
        self._in_message = self._received.in_body = False
        super().on_message_complete()
        self._begin()
        if self._handover.is_answering:
            self._deadline.lift()
        elif not self._refused:
            self._on_idle()

    # Output

    def on_response_complete(self) -> None:
        self._joined.flush()
        super().on_response_complete()
        if self.transport.is_closing():
            self._deadline.lift()
            self._close()
        elif not self._refused:
            if not self._handover.is_answering:
                self._on_idle()
            self._parse_held()

    def _on_idle(self) -> None:
        """Called when all requests are answered. An ignored body may still be arriving, within its own deadline."""
        if not self._in_message:
            self._deadline.set(self.head_seconds)
        if self._connections is not None:
            self._connections.idle(self)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Start the application when the body has arrived, or at once if it may have to refuse the body."""
        self._handover.wait(cycle, app)
        left = self._received.body_left
        long = left is not None and left > EAGER_BYTES
        if not cycle.more_body or cycle.waiting_for_100_continue or long:
            self._begin()

    def _begin(self) -> None:
        """Pass the waiting request to the application."""
        taken = self._handover.take()
        if taken is None:
            return
        if self._connections is not None:
            self._connections.busy(self)
        super()._start_asgi_task(*taken)

    # Refusals

    def _too_large(self) -> Rejection:
        return head_too_large(self.url or b"", in_body=self._received.in_body)

    def _too_late(self) -> None:
        """Called when the deadline of a head or of a body has passed."""
        if self._received.in_body:
            seconds = self.body_seconds + self._body / BODY_RATE - (self.loop.time() - self._began)
            if seconds > 0 or self.flow.read_paused or self.cycle.waiting_for_100_continue:  # it may wait for us
                return self._deadline.set(max(1.0, seconds))
            return self._refuse(Rejection(408, "request_timeout", "timeout: the request's body arrives too slowly"))
        if self._in_message:
            return self._refuse(
                Rejection(
                    408, "request_timeout", f"timeout: the request's head took more than {self.head_seconds:.0f} s"
                )
            )
        return self._close()

    def _refuse(self, rejection: Rejection) -> None:
        """Answer the request being read with the rejection, then close the connection."""
        self._stop_reading()
        if not (self._in_message and self._received.in_body):
            return self._answer(rejection)
        if self.cycle.response_complete:
            return self._close()
        self.cycle.keep_alive = False
        if self._handover.waiting is not None:
            refuse(self.scope, rejection)
            return self._begin()
        return self._handover.fail(self.cycle, rejection)

    def _stop_reading(self) -> None:
        self._refused = True
        self._received.clear()
        self._deadline.lift()

    def _answer(self, rejection: Rejection) -> None:
        """Answer a request whose head was not read, after the requests before it."""
        super().on_message_begin()
        self.scope |= {"method": "GET", "path": "/", "raw_path": b"/", "query_string": b""}
        refuse(self.scope, rejection)
        must_wait = self._handover.is_answering
        self.cycle = last_cycle(self)
        if must_wait:
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)
