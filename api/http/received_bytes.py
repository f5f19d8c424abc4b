"""The bytes that a client has sent, given to the parser in pieces. The rest is held until its turn comes."""

import httptools

from api.http.connection_limits import HEAD_BYTES, HELD_BYTES

_PIECE, _CHUNKED_PIECE = 4096, 1024
"""Bytes given to the parser at a time. Larger pieces are expensive: the parser concatenates a header's parts
repeatedly, and a piece may hold a request in every 27 bytes."""
_END = b"\r\n\r\n"


class ReceivedBytes:
    """Bytes received but not parsed yet, and how many were parsed since the parser last told of anything."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last = b""
        """The last bytes given to the parser: the end of a head may be split over two pieces."""
        self._events = 0
        """Number of parser events: heads, parts of bodies, ends of messages."""
        self._count = 0
        """Bytes parsed since the last of these events."""
        self._piece = 0
        self.in_body = False
        self.body_left: int | None = None
        """Remaining bytes of the body; None without a Content-Length."""

    def __bool__(self) -> bool:
        return bool(self._held)

    def add(self, data: bytes) -> None:
        """Hold more bytes."""
        self._held += data

    def clear(self) -> None:
        """Drop what is held."""
        self._held.clear()

    @property
    def too_many(self) -> bool:
        """Whether far too much was sent ahead of the response."""
        return len(self._held) > HELD_BYTES

    @property
    def exceeds_head(self) -> bool:
        """Whether a head, or what is between the parts of a body, is larger than the limit."""
        return self._count > HEAD_BYTES

    @property
    def may_exceed_head(self) -> bool:
        """The same while the end of the head is parsed, whose piece is not counted yet."""
        return self._count + self._piece > HEAD_BYTES

    def progressed(self) -> None:
        """Note that the parser has told of a head, of a part of a body, or of an end."""
        self._events += 1

    def begin_body(self) -> None:
        """Note that a head is over."""
        self.in_body, self._last = True, b""

    def parse(self, parser: httptools.HttpRequestParser) -> None:
        """Give the next piece to the parser.

        Raises:
            HttpParserError: the piece is malformed.
        """
        piece = bytes(self._held[: self._piece_size()])
        before, self._piece, read = self._events, len(piece), len(piece)
        self._last = (self._last + piece)[-3:]
        try:
            parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:  # the parser stopped after the head; upgrades are not supported
            read = upgrade.args[0]
        finally:
            del self._held[:read]
        self._count = 0 if self._events > before else self._count + read

    def _piece_size(self) -> int:
        """The size of the next piece. It ends where a head or a body ends, because what follows may have to wait."""
        if self.in_body:
            return _CHUNKED_PIECE if self.body_left is None else max(1, self.body_left)
        end = (self._last + self._held[:_PIECE]).find(_END)
        return _PIECE if end < 0 else end + len(_END) - len(self._last)
