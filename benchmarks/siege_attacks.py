"""The attacks: functions that run in their own process for a given number of seconds."""

import http.client
import json
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass

MOST_BYTES = 64 << 20
"""Bytes that one connection sends."""
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Target:
    """The attacked service."""

    port: int
    key: str
    """The attacker's API key, if the attack needs one."""
    other: str
    """The API key of another workspace, whose requests are measured."""
    experiment: str
    """The id of an experiment with a long log and many epochs."""
    redis_pid: int

    def ask(self, path: str, key: str, seconds: float) -> int:
        """The status of the answer to a GET on a new connection, read to its end."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {key}"} if key else {})
            answer = connection.getresponse()
            answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError from error
        else:
            return answer.status
        finally:
            connection.close()

    def health(self, seconds: float) -> float:
        """The latency of `/healthz`; infinite without a response."""
        began = time.monotonic()
        try:
            self.ask("/healthz", "", seconds)
        except OSError:
            return float("inf")
        return time.monotonic() - began

    def connect(self) -> socket.socket:
        """A new connection."""
        return socket.create_connection((HOST, self.port), timeout=5)

    def get(self, path: str) -> bytes:
        """A request with the attacker's key."""
        return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self.key}\r\n\r\n".encode()


Attack = Callable[[Target, float], None]


def nothing(_: Target, seconds: float) -> None:
    time.sleep(seconds)


def _pour(target: Target, seconds: float, head: bytes, part: bytes) -> None:
    """One connection that stays open until it is closed."""
    deadline, sent = time.monotonic() + seconds, 0
    with target.connect() as connection, suppress(OSError):
        connection.sendall(head)
        while sent < MOST_BYTES and time.monotonic() < deadline:
            connection.sendall(part)
            sent += len(part)
        time.sleep(max(0.0, deadline - time.monotonic()))


_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
_CHUNKED = (
    b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
)
_FIELDS = b"".join(b"H%d: v\r\n" % i for i in range(6000))


def small_fields(target: Target, seconds: float) -> None:
    _pour(target, seconds, _HEAD, _FIELDS)


def one_value(target: Target, seconds: float) -> None:
    _pour(target, seconds, _HEAD + b"A: ", b"v" * 65536)


def address(target: Target, seconds: float) -> None:
    _pour(target, seconds, b"GET /", b"a" * 65536)


def trailer(target: Target, seconds: float) -> None:
    _pour(target, seconds, _CHUNKED + b"A: ", b"v" * 65536)


def _many(target: Target, seconds: float, first: Sequence[bytes], drip: bytes = b"", every: float = 2.0) -> None:
    """One connection per first part, each of which then sends a few bytes from time to time."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    deadline, held = time.monotonic() + seconds, []
    with ExitStack() as stack:
        for part in first:
            if time.monotonic() > deadline:
                break
            with suppress(OSError):
                connection = stack.enter_context(target.connect())
                connection.sendall(part)
                held.append(connection)
        while (left := deadline - time.monotonic()) > 0:
            for connection in held if drip else ():
                with suppress(OSError):
                    connection.sendall(drip)
            time.sleep(min(every, max(0.0, left)))


def idle(target: Target, seconds: float) -> None:
    _many(target, seconds, [b""] * 2000)


def slow_heads(target: Target, seconds: float) -> None:
    _many(target, seconds, [_HEAD] * 2000, b"A: b\r\n")


def slow_bodies(target: Target, seconds: float) -> None:
    begun = b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{"
    _many(target, seconds, [begun] * 2000, b" ")


def unread_logs(target: Target, seconds: float) -> None:
    _many(target, seconds, [target.get("/v1/events?after=0")] * 200)


def unread_streams_and_polls(target: Target, seconds: float) -> None:
    one = f"/v1/experiments/{target.experiment}"
    polls = [target.get(f"{one}/metrics?after=99999&wait=30")] * 300
    _many(target, seconds, [target.get(f"{one}/events")] * 500 + polls)


def unread_metrics(target: Target, seconds: float) -> None:
    _many(target, seconds, [target.get(f"/v1/experiments/{target.experiment}/metrics")] * 100)


def few_points(target: Target, seconds: float) -> None:
    _many(target, seconds, [target.get(f"/v1/experiments/{target.experiment}/metrics?max_points=100")] * 60)


def requests_ahead(target: Target, seconds: float) -> None:
    """Requests pipelined behind a stream, which never ends."""
    first = target.get(f"/v1/experiments/{target.experiment}/events?after=99999999")
    _many(target, seconds, [first + b"GET / HTTP/1.1\r\nHost:x\r\n\r\n" * 8000] * 100)


def hanging_up(target: Target, seconds: float) -> None:
    """Connections that stop within a request's body."""
    begun = b"POST /v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    deadline = time.monotonic() + seconds
    for _ in range(2000):
        if time.monotonic() > deadline:
            return
        with suppress(OSError), target.connect() as connection:
            connection.sendall(begun)


def hung_redis(target: Target, seconds: float) -> None:
    os.kill(target.redis_pid, signal.SIGSTOP)
    try:
        time.sleep(seconds)
    finally:
        os.kill(target.redis_pid, signal.SIGCONT)


def _sweeps(target: Target, seconds: float, body: bytes, count: int) -> None:
    """Concurrent requests whose clients disconnect after a while."""
    head = (
        f"POST /v1/sweeps?dry_run=true HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {target.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )

    def send() -> None:
        with suppress(OSError), target.connect() as connection:
            connection.sendall(head.encode() + body)
            connection.settimeout(min(5.0, seconds))
            while connection.recv(1 << 16):
                pass

    threads = [threading.Thread(target=send, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)


_BASE = {"dataset": "wine", "layers": [4], "epochs": 1}


def exhausted_search(target: Target, seconds: float) -> None:
    units = {"kind": "integer", "low": 1, "high": 2}
    space = {"layers.0.units": units, **{f"x{i}.y": {"kind": "choice", "values": [1]} for i in range(49)}}
    body = {"base": _BASE, "random": {"n": 1000, "space": space}}
    _sweeps(target, seconds, json.dumps(body).encode(), 40)


def repeated_labels(target: Target, seconds: float) -> None:
    body = {"base": _BASE, "grid": {"nope": list(range(1000)), "notes": ["x" * 900_000]}}
    _sweeps(target, seconds, json.dumps(body).encode(), 4)


def large_grid(target: Target, seconds: float) -> None:
    body = {"base": _BASE, "grid": {"layers": [[4 + i % 7] * 201 for i in range(1000)]}}
    _sweeps(target, seconds, json.dumps(body, separators=(",", ":")).encode(), 4)


ATTACKS: dict[str, Attack] = {
    "nothing, for comparison": nothing,
    "64 MB of header fields": small_fields,
    "64 MB of one header value": one_value,
    "64 MB of an address": address,
    "64 MB of a trailer field": trailer,
    "2,000 idle connections": idle,
    "2,000 heads that drip": slow_heads,
    "2,000 bodies that drip": slow_bodies,
    "200 unread streams of a whole log": unread_logs,
    "500 unread streams of one run, and 300 long polls": unread_streams_and_polls,
    "100 unread answers of metrics": unread_metrics,
    "60 choices of points": few_points,
    "100 × 8,000 requests behind a stream": requests_ahead,
    "2,000 clients that hang up": hanging_up,
    "a Redis that hangs": hung_redis,
    "40 exhausted random searches": exhausted_search,
    "4 sweeps of repeated labels": repeated_labels,
    "4 grids of 1,000 deep networks": large_grid,
}
