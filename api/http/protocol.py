"""An HTTP/1.1 protocol with limits on size and time: uvicorn's own limits neither what a client sends nor how slowly.

awaiting a head ──► in a head ──► in a body ──► answering ──► awaiting a head
keep-alive          HEAD_SECONDS  BODY_SECONDS  STALL_SECONDS of a client that does not read
"""

import asyncio
import socket
from contextlib import suppress
from functools import partial
from typing import Any

import httptools
from uvicorn._types import ASGI3Application, ASGIReceiveCallable, ASGIReceiveEvent, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http.connections import Connections
from api.http.deadline import Deadline
from api.http.joined_writes import JoinedWrites
from api.http.rejection import Rejection, refuse
from api.http.request_head import has_body, origin_form
from api.http.stalled_writes import StalledWrites

HEAD_BYTES = 64 << 10
"""Limit on the request line with the header fields, and on the trailer fields and chunk extensions of a body."""
HEAD_SECONDS = 10.0
"""Timeout of a request head, from its first byte or from the start of the connection."""
BODY_SECONDS = 20.0
"""Timeout of a body; each `BODY_RATE` bytes received add one second."""
BODY_RATE = 1000
EAGER_BYTES = 1 << 20
"""A body with a larger Content-Length is passed on before it has arrived, so that the application can refuse it."""
HELD_BYTES = 64 << 10
"""Limit on pipelined requests: bytes received before the present response is complete."""
STALL_SECONDS = 60.0
"""Write timeout: a client that reads no byte of a response for this long is disconnected."""
LINGER_SECONDS = 10.0
"""Time for a client to read the last bytes of a connection that is closing."""
WRITE_BYTES = 16 << 10
"""Write buffer of this process: beyond it, the application must wait before it writes more."""
UNSENT_BYTES = 64 << 10
"""Unsent bytes in the kernel's buffer. Bytes in flight do not count, so high latency does not slow responses down."""
_PIECE, _CHUNKED_PIECE = 4096, 1024
"""Bytes given to the parser at a time. Larger pieces are expensive: the parser concatenates a header's parts
repeatedly, and a piece may hold a request in every 27 bytes."""
_END = b"\r\n\r\n"


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. Uvicorn gets this class by name and creates an instance for each connection."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS
    stall_seconds = STALL_SECONDS
    linger_seconds = LINGER_SECONDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._connections: Connections | None = self.app_state.get("connections")
        self._deadline = Deadline(self.loop, self._too_late)
        self._in_message = self._in_body = False
        self._refused = False
        """Whether further input is ignored."""
        self._length: int | None = None
        """Remaining bytes of the body; None without a Content-Length."""
        self._progress = 0
        """Number of parser events: heads, parts of bodies, ends of messages."""
        self._count = 0
        """Bytes parsed since the last of these events."""
        self._body = 0
        """Bytes of the body received so far; `_began` is the time at which the body started."""
        self._began = 0.0
        self._piece = 0
        self._last_bytes = b""
        """The last bytes given to the parser: the end of a head may be split over two pieces."""
        self._held = bytearray()
        """Bytes received but not parsed yet, because a response is still in progress."""
        self._fault: tuple[RequestResponseCycle, Rejection] | None = None
        self._waiting: tuple[RequestResponseCycle, ASGI3Application] | None = None
        """The request whose body is awaited. The application gets it later: slow uploads must not hold resources."""
        self._under_way: RequestResponseCycle | None = None
        """The request being answered, or the last one. `cycle` is the newest request read, which may wait for it."""

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._joined = JoinedWrites(self.loop, transport)
        super().connection_made(self._joined)  # type: ignore[arg-type]
        transport.set_write_buffer_limits(high=WRITE_BYTES)
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self._stall = StalledWrites(self.loop, self._joined)
        self._deadline.set(self.head_seconds)
        if self._connections is not None and not self._connections.opened(self):
            self._refuse(Rejection(503, "too_many_connections", "the service has reached its connection limit"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connections is not None and self._under_way is not None and self._answering():
            self._under_way.disconnected = True
            self._connections.hung_up(partial(self._disconnect, exc))
        else:
            self._disconnect(exc)
        self._deadline.end()
        self._stall.end()
        self._held.clear()
        if self._connections is not None:
            self._connections.closed(self)

    def _disconnect(self, exc: Exception | None) -> None:
        """Tell the request that its client has disconnected."""
        super().connection_lost(exc)
        if self._waiting is not None:
            refuse(
                self.scope,
                Rejection(499, "client_closed_request", "the client disconnected in the middle of its request"),
            )
            self._begin()
        if self._under_way is not None and not self._under_way.response_complete:
            self._under_way.disconnected = True
            self._under_way.message_event.set()

    def shutdown(self) -> None:
        if self._waiting is not None:
            return self._close()
        return super().shutdown()

    def shed(self) -> None:
        """Close the connection at once, to make room for others."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._connections is not None:
            self._connections.blocked(self, self.transport.get_write_buffer_size())
        self._stall.begin(self.stall_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._connections is not None:
            self._connections.unblocked(self)
        if not self.transport.is_closing():
            self._stall.end()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _close(self) -> None:
        """Close the connection once the client has read what was written."""
        self.transport.close()
        self._stall.begin(self.linger_seconds)

    # Input

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refused:
            return
        self._held += data
        self._parse_held()

    def _parse_held(self) -> None:
        """Feed the parser, unless the next request must wait for a response in progress."""
        while self._held and not self._refused and not self.transport.is_closing():
            if self._answering() and not self._in_message:
                self._hold()
                break
            piece = bytes(self._held[: self._piece_size()])
            del self._held[: self._parse(piece)]

    def _hold(self) -> None:
        """Pause reading. If far too much was sent ahead, drop it, and close the connection after the response."""
        self.flow.pause_reading()
        if len(self._held) > HELD_BYTES:
            self._stop_reading()
            self.cycle.keep_alive = False

    def _answering(self) -> bool:
        return self._under_way is not None and not self._under_way.response_complete

    def _piece_size(self) -> int:
        """The size of the next piece. It ends where a head or a body ends, because what follows may have to wait."""
        if self._in_body:
            return _CHUNKED_PIECE if self._length is None else max(1, self._length)
        end = (self._last_bytes + self._held[:_PIECE]).find(_END)
        return _PIECE if end < 0 else end + len(_END) - len(self._last_bytes)

    def _parse(self, piece: bytes) -> int:
        """Parse a piece. Returns the number of bytes consumed."""
        before, self._piece, read = self._progress, len(piece), len(piece)
        self._last_bytes = (self._last_bytes + piece)[-3:]
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:  # the parser stopped after the head; upgrades are not supported
            read = upgrade.args[0]
        except httptools.HttpParserError as error:
            self._refuse(_malformed(error))
            return read
        self._count = 0 if self._progress > before else self._count + read
        if self._count > HEAD_BYTES:
            self._refuse(self._too_large())
        return read

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_message, self._in_body = True, False
        self._deadline.set(self.head_seconds)

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_body:  # trailer fields are not header fields (RFC 9110, 6.5.1) and are ignored
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._progress += 1
        rejection = self._check_head()
        self._in_body, self._last_bytes = True, b""
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
        if self._count + self._piece > HEAD_BYTES:
            return self._too_large()
        version = self.parser.get_http_version()
        try:
            self.url = origin_form(self.parser.get_method(), self.url, version, self.headers)
        except Rejection as rejection:
            return rejection
        lengths = [int(value) for name, value in self.headers if name == b"content-length"]
        self._length = lengths[0] if lengths else None
        if self.parser.should_upgrade() and has_body(self.headers):
            return Rejection(
                501, "not_implemented", "a request with a body cannot have an Upgrade header: leave it out"
            )
        return None

    def on_body(self, body: bytes) -> None:
        self._progress += 1
        self._body += len(body)
        if self._length is not None:
            self._length -= len(body)
        super().on_body(body)
        if self.flow.read_paused:  # the buffer is full: the application must start to read
            self._begin()

    def on_message_complete(self) -> None:
        self._progress += 1
        self._in_message = self._in_body = False
        super().on_message_complete()
        self._begin()
        if self._answering():
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
            if not self._answering():
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
        self._under_way, self._waiting = cycle, (cycle, app)
        long = self._length is not None and self._length > EAGER_BYTES
        if not cycle.more_body or cycle.waiting_for_100_continue or long:
            self._begin()

    def _begin(self) -> None:
        """Pass the waiting request to the application."""
        if self._waiting is None:
            return
        (cycle, app), self._waiting = self._waiting, None
        if self._connections is not None:
            self._connections.busy(self)

        async def app_with_faults(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            await app(scope, lambda: self._received(cycle, receive), send)

        super()._start_asgi_task(cycle, app_with_faults)

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

    # Refusals

    def _too_large(self) -> Rejection:
        limit = f"the limit is {HEAD_BYTES} bytes"
        if self._in_body:
            return Rejection(431, "head_too_large", f"the body's chunk extensions or trailers are too large: {limit}")
        if 2 * len(self.url or b"") > HEAD_BYTES:
            return Rejection(414, "uri_too_long", f"the URL and the header fields are too large together: {limit}")
        return Rejection(431, "head_too_large", f"the header fields and the URL are too large together: {limit}")

    def _too_late(self) -> None:
        """Called when the deadline of a head or of a body has passed."""
        if self._in_body:
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
        if not (self._in_message and self._in_body):
            return self._answer(rejection)
        if self.cycle.response_complete:
            return self._close()
        self.cycle.keep_alive = False
        if self._waiting is not None:
            refuse(self.scope, rejection)
            return self._begin()
        self._fault = (self.cycle, rejection)
        self.cycle.message_event.set()
        return None

    def _stop_reading(self) -> None:
        self._refused = True
        self._held.clear()
        self._deadline.lift()

    def _answer(self, rejection: Rejection) -> None:
        """Answer a request whose head was not read, after the requests before it."""
        super().on_message_begin()
        self.scope |= {"method": "GET", "path": "/", "raw_path": b"/", "query_string": b""}
        refuse(self.scope, rejection)
        must_wait = self._answering()
        self.cycle = RequestResponseCycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
        self.cycle.more_body = False
        if must_wait:
            self.pipeline.appendleft((self.cycle, self.app))
        else:
            self._start_asgi_task(self.cycle, self.app)


def _malformed(error: httptools.HttpParserError) -> Rejection:
    return Rejection(400, "bad_http", f"malformed HTTP/1.1 request: {error}")
