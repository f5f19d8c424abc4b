"""Limits on what a client sends, how slowly it sends and reads, and what is buffered for it."""

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
