"""The server's side of the HTTP protocol, tested with bare sockets: requests that are too long, too slow, or not HTTP
at all.
"""

import json
import logging
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.connection_limits import HEAD_BYTES
from api.http.protocol import BoundedHttpProtocol
from hub.hub import Hub
from tests.integration.api.service import PROBLEM, Service, on_sqlite, serving, wait_for
from tests.integration.hub.work import submit

pytestmark = on_sqlite


class Hasty(BoundedHttpProtocol):
    """The protocol with very short time limits."""

    head_seconds = 0.3
    body_seconds = 0.3
    stall_seconds = 0.3
    linger_seconds = 0.3


@pytest.fixture
def hasty(hub: Hub) -> Iterator[Service]:
    with serving(hub, Hasty) as service:
        yield service


@contextmanager
def connected(service: Service) -> Iterator[socket.socket]:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        yield connection


def said(service: Service, *parts: bytes, pause: float = 0.0) -> bytes:
    """Send these parts; returns everything that the server sends until it closes the connection."""
    with connected(service) as connection:
        try:
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        except OSError:  # it did not want to hear the rest
            pass
        return b"".join(iter(lambda: _received(connection), b""))


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1 << 16)
    except ConnectionResetError:
        return b""


def problem(answer: bytes) -> dict[str, Any]:
    """The problem document of a response that closes the connection."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"content-type: {PROBLEM}".encode() in head.lower(), answer
    assert b"connection: close" in head.lower()
    assert b"x-content-type-options: nosniff" in head.lower()
    found: dict[str, Any] = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {found['status']} ".encode())
    assert found["type"] == f"urn:gradus:problem:{found['code']}"
    return found


def get(path: bytes, *fields: bytes) -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"Host: localhost", *fields, b"", b""])


def shown(service: Service) -> bytes:
    """The `Authorization` header with the admin's key."""
    return b"Authorization: Bearer " + (service.access.key or "").encode()


CLOSE = b"Connection: close"
HEAD_MISTAKES = [
    (get(b"/healthz", b"A: " + b"v" * HEAD_BYTES), 431),
    (get(b"/healthz", *(b"H%d: %s" % (i, b"v" * 4000) for i in range(20))), 431),
    (get(b"/healthz", *(b"H%d:" % i for i in range(300))), 431),
    (get(b"/healthz?" + b"x" * HEAD_BYTES), 414),
    (b"GET /" + b"x" * (2 * HEAD_BYTES), 414),
    (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"v" * (2 * HEAD_BYTES), 431),
    (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost: me@a\r\n\r\n", 400),
    (b"GET /healthz HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    (b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET ftp://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET http://me@a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"GET /healthz HTTP/1.1\nHost: a\n\n", 400),
    (b"NONSENSE\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    (b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 501),
    (b"POST /v1/experiments HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    (b"POST /v1/experiments HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc", 501),
    (b"POST /v1/experiments HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"POST /v1/experiments HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na", 400),
    (b"POST /v1/probe HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{}", 501),
]


def test_a_head_that_is_wrong_or_too_long_is_refused_with_a_problem(service: Service) -> None:
    found = {request: problem(said(service, request))["status"] for request, _ in HEAD_MISTAKES}
    assert found == dict(HEAD_MISTAKES)


def test_a_head_may_have_just_so_many_bytes(service: Service) -> None:
    room = HEAD_BYTES - len(get(b"/healthz", CLOSE, b"A: "))
    assert said(service, get(b"/healthz", CLOSE, b"A: " + b"v" * room)).startswith(b"HTTP/1.1 200")
    assert problem(said(service, get(b"/healthz", CLOSE, b"A: " + b"v" * (room + 1))))["status"] == 431


def test_a_head_is_read_however_it_is_cut(service: Service) -> None:
    whole = get(b"/healthz", b"A: " + b"v" * 100) + get(b"/healthz", CLOSE)
    for size in (1, 3, 50):
        answer = said(service, *(whole[i : i + size] for i in range(0, len(whole), size)), pause=0.001)
        assert answer.count(b"HTTP/1.1 200") == 2


POST = b"POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def test_what_stands_around_the_chunks_of_a_body_is_bounded(service: Service) -> None:
    long_trailer = b"0\r\nA: " + b"v" * 2 * HEAD_BYTES
    many_trailers = b"0\r\n" + b"".join(b"H%d: v\r\n" % i for i in range(20_000))
    extension = b"2;" + b"x" * 2 * HEAD_BYTES
    for around in (long_trailer, many_trailers, extension):
        assert problem(said(service, CHUNKED + around))["status"] == 431


def test_trailer_fields_are_no_header_fields(service: Service) -> None:
    trailer = b"2\r\n{}\r\n0\r\nHost: other\r\nHost: third\r\n\r\n"
    answer = said(service, CHUNKED + trailer + get(b"/healthz", CLOSE))
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"422", b"200"]


def test_a_body_that_turns_out_to_be_no_http_is_a_problem(service: Service) -> None:
    assert problem(said(service, CHUNKED + b"xyz\r\n"))["status"] == 400


def test_the_host_of_an_absolute_target_counts(service: Service) -> None:
    """A page whose origin is the host of the target may sign in; a page of any other host may not."""
    rest = b"Origin: http://here\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    meant = said(service, b"POST http://here/v1/session HTTP/1.1\r\nHost: evil.example\r\n" + rest)
    assert meant.startswith(b"HTTP/1.1 422")
    other = said(service, b"POST http://evil.example/v1/session HTTP/1.1\r\nHost: here\r\n" + rest)
    assert other.startswith(b"HTTP/1.1 403")


def test_requests_in_a_row_are_answered_in_their_order(service: Service) -> None:
    wrong = b"GET /healthz HTTP/1.1\r\n\r\n"
    answer = said(service, get(b"/v1/nope") + get(b"/healthz") + wrong + get(b"/healthz"))
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"404", b"200", b"400"]


def test_a_row_of_requests_behind_a_stream_waits_unread(service: Service) -> None:
    """If the server read the requests, each would be an object that waits for its turn forever."""
    row = submit(service.hub)
    with connected(service) as connection:
        connection.sendall(get(b"/v1/experiments/%s/events" % row.id.encode(), shown(service)))
        assert b"200 OK" in connection.recv(1 << 16)
        connection.sendall(get(b"/healthz") * 1000)
        time.sleep(0.5)
        connections: Any = service.server.server_state.connections
        assert [len(one.pipeline) for one in connections] == [0]


def behind_chunks(*, first: bytes, then: bytes) -> bytes:
    """The bytes of two requests, in which the end of the first request's body and the second request arrive
    together."""
    return first[:-2] + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + then


def test_a_stream_ends_with_its_connection_though_a_request_waits_behind_it(service: Service) -> None:
    stream = get(b"/v1/experiments/%s/events" % submit(service.hub).id.encode(), shown(service))
    for then in (get(b"/healthz"), b"nonsense\r\n\r\n"):
        with connected(service) as connection:
            connection.sendall(behind_chunks(first=stream, then=then))
            wait_for(lambda: service.broadcaster.subscribers == 1)
        wait_for(lambda: service.broadcaster.subscribers == 0, 3)


def test_an_answer_that_was_asked_for_early_may_take_its_time(hasty: Service) -> None:
    path = b"/v1/experiments/%s/metrics?wait=2" % submit(hasty.hub).id.encode()
    answer = said(hasty, behind_chunks(first=get(b"/healthz"), then=get(path, shown(hasty), CLOSE)))
    assert answer.count(b"HTTP/1.1 200") == 2


def test_what_is_no_upgrade_here_is_an_ordinary_request(service: Service) -> None:
    upgrade = get(b"/healthz", b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk")
    answer = said(service, upgrade + get(b"/healthz", CLOSE))
    assert answer.count(b"HTTP/1.1 200") == 2


def test_http_1_0_and_continue_are_understood(service: Service) -> None:
    assert said(service, b"GET /healthz HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200")
    asked = CHUNKED.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
    answer = said(service, asked, b"2\r\n{}\r\n0\r\n\r\n", pause=0.2)
    assert answer.startswith(b"HTTP/1.1 100")
    assert b"HTTP/1.1 422" in answer


def test_a_connection_that_says_nothing_is_closed(hasty: Service) -> None:
    assert said(hasty) == b""


def test_a_head_that_does_not_end_is_given_up(hasty: Service) -> None:
    for begun in (b"G", b"GET /healthz HTTP/1.1\r\nHost: x\r\nA"):
        assert problem(said(hasty, begun))["status"] == 408
    dripping = (b"H%d: v\r\n" % i for i in range(200))
    answer = said(hasty, get(b"/healthz") + b"GET /healthz HTTP/1.1\r\n", *dripping, pause=0.01)
    assert answer.startswith(b"HTTP/1.1 200")
    assert problem(answer[answer.rindex(b"HTTP/1.1 ") :])["status"] == 408


def test_a_body_that_does_not_end_is_given_up(hasty: Service) -> None:
    begun = POST + b"Content-Length: 50\r\n\r\n{"
    assert problem(said(hasty, begun))["status"] == 408


def test_a_body_that_nobody_wants_does_not_keep_the_connection(hasty: Service) -> None:
    begun = b"POST /v1/nope HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"
    answer = said(hasty, begun, *(b"x" for _ in range(100)), pause=0.02)
    assert answer.startswith(b"HTTP/1.1 404")


def test_a_stream_whose_client_does_not_read_is_given_up(hasty: Service) -> None:
    for _ in range(200):
        submit(hasty.hub, notes="x" * 20_000)
    with connected(hasty) as connection:
        connection.sendall(get(b"/v1/events?after=0", shown(hasty)))
        wait_for(lambda: hasty.broadcaster.subscribers == 1)
        wait_for(lambda: hasty.broadcaster.subscribers == 0)


def test_a_client_that_hangs_up_in_its_request_is_no_fault_of_ours(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    begun = (POST + b"Content-Length: 50\r\n\r\n{", CHUNKED + b"2\r\n{", get(b"/healthz")[:-2])
    for one in begun:
        with connected(service) as connection:
            connection.sendall(one)
    counted = 'gradus_requests_total{method="POST",route="other",status="499"} 2.0'
    with service.client() as client:
        wait_for(lambda: counted in client.get("/metrics").text)
        assert 'status="500"' not in client.get("/metrics").text
    assert [line.message for line in caplog.records if line.levelno >= logging.WARNING] == []


def test_a_packed_body_is_not_understood(service: Service) -> None:
    for coding, status in (("gzip", 415), ("identity", 422), ("identity, br", 415)):
        headers = {"Content-Encoding": coding}
        answer = httpx.post(f"{service.url}/v1/session", json={}, headers=headers, timeout=60)
        assert answer.status_code == status
        assert ("identity" in answer.headers.get("Accept-Encoding", "")) == (status == 415)


def test_idle_connections_make_room_for_new_ones(
    service: Service, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection that has been idle longest is closed first. A connection that waits for a response is not idle,
    and a stream never is."""
    monkeypatch.setattr(BoundedHttpProtocol, "head_seconds", 600.0)  # nothing else closes one
    row = submit(service.hub)
    state = service.server.lifespan.state["connections"]
    state.limit = len(state) + 20
    with connected(service) as stream:
        stream.sendall(get(b"/v1/experiments/%s/events" % row.id.encode(), shown(service)))
        assert b"200 OK" in stream.recv(1 << 16)
        with ExitStack() as stack:
            idle = [stack.enter_context(connected(service)) for _ in range(50)]
            assert said(service, get(b"/healthz", CLOSE)).startswith(b"HTTP/1.1 200")
            assert _received(idle[0]) == b""
            idle[-1].sendall(get(b"/healthz", CLOSE))
            assert _received(idle[-1]).startswith(b"HTTP/1.1 200")
        beats = 0
        while beats < 3:  # it goes on
            part = stream.recv(1 << 16)
            assert part
            beats += part.count(b"still here")
    assert any("longest idle" in line.message for line in caplog.records)


def test_a_new_connection_is_refused_where_every_other_is_busy(service: Service) -> None:
    row = submit(service.hub)
    state = service.server.lifespan.state["connections"]
    with connected(service) as stream:
        stream.sendall(get(b"/v1/experiments/%s/events" % row.id.encode(), shown(service)))
        assert b"200 OK" in stream.recv(1 << 16)
        state.limit = 1
        assert problem(said(service))["status"] == 503


def test_a_connection_whose_request_was_answered_makes_room_though_its_body_goes_on(service: Service) -> None:
    state = service.server.lifespan.state["connections"]
    with connected(service) as connection:
        connection.sendall(b"POST /v1/nope HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\nx")
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 404")
        state.limit = 1
        assert said(service, get(b"/healthz", CLOSE)).startswith(b"HTTP/1.1 200")


def test_a_hall_of_clients_that_load_the_charts_at_once_all_get_them(service: Service) -> None:
    """Each client reads slowly, because all of them share one network. None must be disconnected as a client that does
    not read."""
    asked = get(b"/plotly/plotly.min.js", CLOSE)
    with ExitStack() as stack:
        hall = [stack.enter_context(connected(service)) for _ in range(12)]
        for one in hall:
            one.sendall(asked)
        time.sleep(0.5)
        loaded = [len(b"".join(iter(partial(_received, one), b""))) for one in hall]
    assert len(set(loaded)) == 1
    assert loaded[0] > 1 << 20
