"""HTTP/1.1 on a connection, with bounds: uvicorn's protocol sets none on what a client sends, nor on how slowly.

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
from api.http.rejection import Rejection, refuse
from api.http.request_head import has_body, origin_form
from api.http.stalled_writes import StalledWrites

HEAD_BYTES = 64 << 10
"""Of a request line and header fields; of the trailer fields or the chunk extensions of a body."""
HEAD_SECONDS = 10.0
"""From its first byte, or from the connection's beginning."""
BODY_SECONDS = 20.0
"""For a body, and one more for each `BODY_RATE` bytes that came."""
BODY_RATE = 1000
EAGER_BYTES = 1 << 20
"""A body that says to be longer is not waited for: it may be refused before it is sent."""
HELD_BYTES = 64 << 10
"""Of requests that are sent ahead of an answer."""
STALL_SECONDS = 60.0
"""In which a client takes no byte of what it asked for."""
LINGER_SECONDS = 10.0
"""For a client to take the last bytes, when the connection is closed already."""
WRITE_BYTES = 16 << 10
"""Waiting in this process for a client to read, before whoever writes more has to wait."""
UNSENT_BYTES = 64 << 10
"""Waiting in the kernel. Those under way are not counted, so that a long way does not make answers slow."""
_PIECE, _CHUNKED_PIECE = 4096, 1024
"""What the parser is given at a time: it holds the parts of a header together again and again, and makes a request of
every 27 bytes."""
_END = b"\r\n\r\n"


class BoundedHttpProtocol(HttpToolsProtocol):
    """One connection. Given by its name to uvicorn, which makes one for each."""

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
        """Nothing that comes is read any more."""
        self._length: int | None = None
        """Bytes that are left of the body; None, if it does not say."""
        self._progress = 0
        """Heads, parts of bodies and ends of messages seen."""
        self._count = 0
        """Bytes without any."""
        self._body = 0
        """Bytes of the body that came, and when it began."""
        self._began = 0.0
        self._piece = 0
        self._broadcaster = b""
        """The last bytes that the parser was given: the end of a head may come in two parts."""
        self._held = bytearray()
        """Came while an answer was under way."""
        self._fault: tuple[RequestResponseCycle, Rejection] | None = None
        self._waiting: tuple[RequestResponseCycle, ASGI3Application] | None = None
        """For its body: what a client sends slowly costs little until it is there."""
        self._under_way: RequestResponseCycle | None = None
        """The request that is answered now, or was last; `cycle` is the newest that was read, which may wait for it."""

    # The connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=WRITE_BYTES)
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        self._stall = StalledWrites(self.loop, transport)
        self._deadline.set(self.head_seconds)
        if self._connections is not None and not self._connections.opened(self):
            self._refuse(Rejection(503, "too_many_connections", "the service has no room for one more connection"))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connections is not None and self._under_way is not None and self._answering():
            self._under_way.disconnected = True
            self._connections.hung_up(partial(self._hung_up, exc))
        else:
            self._hung_up(exc)
        self._deadline.end()
        self._stall.end()
        self._held.clear()
        if self._connections is not None:
            self._connections.closed(self)

    def _hung_up(self, exc: Exception | None) -> None:
        """Let the request know that nobody waits for its answer any more."""
        super().connection_lost(exc)
        if self._waiting is not None:
            refuse(
                self.scope, Rejection(499, "client_closed_request", "the client hung up in the middle of its request")
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
        """Make room for others."""
        self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._connections is not None:
            self._connections.leaves(self, self.transport.get_write_buffer_size())
        self._stall.begin(self.stall_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._connections is not None:
            self._connections.takes(self)
        if not self.transport.is_closing():
            self._stall.end()

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _close(self) -> None:
        """When the client has taken what is written."""
        self.transport.close()
        self._stall.begin(self.linger_seconds)

    # What comes

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._refused:
            return
        self._held += data
        self._parse_held()

    def _parse_held(self) -> None:
        """Feed the parser, unless the next request would have to wait for an answer that is under way."""
        while self._held and not self._refused and not self.transport.is_closing():
            if self._answering() and not self._in_message:
                self._hold()
                break
            piece = bytes(self._held[: self._piece_size()])
            del self._held[: self._parse(piece)]

    def _hold(self) -> None:
        """Read no further for now; what is far too much is not read at all, and the connection ends with the answer."""
        self.flow.pause_reading()
        if len(self._held) > HELD_BYTES:
            self._read_no_more()
            self.cycle.keep_alive = False

    def _answering(self) -> bool:
        return self._under_way is not None and not self._under_way.response_complete

    def _piece_size(self) -> int:
        """So that a piece ends where a head or a body does, for what follows may have to wait."""
        if self._in_body:
            return _CHUNKED_PIECE if self._length is None else max(1, self._length)
        end = (self._broadcaster + self._held[:_PIECE]).find(_END)
        return _PIECE if end < 0 else end + len(_END) - len(self._broadcaster)

    def _parse(self, piece: bytes) -> int:
        """How many of the bytes were read."""
        before, self._piece, read = self._progress, len(piece), len(piece)
        self._broadcaster = (self._broadcaster + piece)[-3:]
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:  # the parser is at the end of the head; nobody upgrades here
            read = upgrade.args[0]
        except httptools.HttpParserError as error:
            self._refuse(_wrong(error))
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
        if not self._in_body:  # trailer fields are no header fields (RFC 9110, 6.5.1), and nobody here wants them
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._progress += 1
        refusal = self._check_head()
        self._in_body, self._broadcaster = True, b""
        self._body, self._began = 0, self.loop.time()
        if refusal is not None:
            self.url = b"/"
            refuse(self.scope, refusal)
        super().on_headers_complete()
        if refusal is not None:
            self._read_no_more()
            self.cycle.keep_alive = self.cycle.more_body = False
            self._begin()
        else:
            self._deadline.set(self.body_seconds)

    def _check_head(self) -> Rejection | None:
        """Why the head is refused; else what the rest of the protocol needs of it is noted."""
        if self._count + self._piece > HEAD_BYTES:
            return self._too_large()
        version = self.parser.get_http_version()
        try:
            self.url = origin_form(self.parser.get_method(), self.url, version, self.headers)
        except Rejection as refusal:
            return refusal
        lengths = [int(value) for name, value in self.headers if name == b"content-length"]
        self._length = lengths[0] if lengths else None
        if self.parser.should_upgrade() and has_body(self.headers):
            return Rejection(
                501, "not_implemented", "a request with a body cannot have an Upgrade here: leave that out"
            )
        return None

    def on_body(self, body: bytes) -> None:
        self._progress += 1
        self._body += len(body)
        if self._length is not None:
            self._length -= len(body)
        super().on_body(body)
        if self.flow.read_paused:  # as much is here as is kept for who does not read
            self._begin()

    def on_message_complete(self) -> None:
        self._progress += 1
        self._in_message = self._in_body = False
        super().on_message_complete()
        self._begin()
        if self._answering():
            self._deadline.lift()
        elif not self._refused:
            self._rests()

    # What goes

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._deadline.lift()
            self._close()
        elif not self._refused:
            if not self._answering():
                self._rests()
            self._parse_held()

    def _rests(self) -> None:
        """Everything was answered, though a body that nobody wants may go on, within its own deadline."""
        if not self._in_message:
            self._deadline.set(self.head_seconds)
        if self._connections is not None:
            self._connections.rests(self)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Soon: when the body is there, unless the application has to say first whether it wants that."""
        self._under_way, self._waiting = cycle, (cycle, app)
        long = self._length is not None and self._length > EAGER_BYTES
        if not cycle.more_body or cycle.waiting_for_100_continue or long:
            self._begin()

    def _begin(self) -> None:
        """Hand the request that waits to the application."""
        if self._waiting is None:
            return
        (cycle, app), self._waiting = self._waiting, None
        if self._connections is not None:
            self._connections.asks(self)

        async def told(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
            await app(scope, lambda: self._received(cycle, receive), send)

        super()._start_asgi_task(cycle, told)

    async def _received(self, cycle: RequestResponseCycle, receive: ASGIReceiveCallable) -> ASGIReceiveEvent:
        """What the application reads.

        Raises:
            Refusal: the rest of the body will not come.
        """
        message = await receive()
        if self._fault is None or self._fault[0] is not cycle:
            return message
        if cycle.response_started:
            return {"type": "http.disconnect"}
        raise self._fault[1]

    # What is not answered otherwise

    def _too_large(self) -> Rejection:
        most = f"{HEAD_BYTES} bytes at most"
        if self._in_body:
            return Rejection(431, "head_too_large", f"what stands around the chunks of a body may have {most}")
        if 2 * len(self.url or b"") > HEAD_BYTES:
            return Rejection(414, "uri_too_long", f"the address of a request, with its header fields, may have {most}")
        return Rejection(431, "head_too_large", f"the header fields of a request, with its address, may have {most}")

    def _too_late(self) -> None:
        """The deadline of a head or of a body has passed."""
        if self._in_body:
            seconds = self.body_seconds + self._body / BODY_RATE - (self.loop.time() - self._began)
            if seconds > 0 or self.flow.read_paused or self.cycle.waiting_for_100_continue:  # it may wait for us
                return self._deadline.set(max(1.0, seconds))
            return self._refuse(Rejection(408, "request_timeout", "the body of the request comes too slowly"))
        if self._in_message:
            return self._refuse(
                Rejection(408, "request_timeout", f"a request's head may take {self.head_seconds:.0f} s")
            )
        return self._close()

    def _refuse(self, refusal: Rejection) -> None:
        """Answer what is read now with the refusal, and then end."""
        self._read_no_more()
        if not (self._in_message and self._in_body):
            return self._answer(refusal)
        if self.cycle.response_complete:
            return self._close()
        self.cycle.keep_alive = False
        if self._waiting is not None:
            refuse(self.scope, refusal)
            return self._begin()
        self._fault = (self.cycle, refusal)
        self.cycle.message_event.set()
        return None

    def _read_no_more(self) -> None:
        self._refused = True
        self._held.clear()
        self._deadline.lift()

    def _answer(self, refusal: Rejection) -> None:
        """The answer to a request of which no head was read, in its turn."""
        super().on_message_begin()
        self.scope |= {"method": "GET", "path": "/", "raw_path": b"/", "query_string": b""}
        refuse(self.scope, refusal)
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


def _wrong(error: httptools.HttpParserError) -> Rejection:
    return Rejection(400, "bad_http", f"this is not a request of HTTP/1.1: {error}")
