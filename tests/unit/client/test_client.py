"""The client against a small real server with the faults of a network."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gradus.client import Client, Credentials, Experiment, Sweep
from gradus.errors import BadRequest, GradusError, InvalidSpec, NotFound, ServerFault, Unavailable
from gradus.status import EventKind
from tests.servers.faces import FACES, Opener, bare, wrapped
from tests.servers.processes import free_port
from tests.unit.client.said import RECORD, SWEEP, event, problem, record

Answer = Callable[[BaseHTTPRequestHandler], None]


Serving = Callable[[Answer], AbstractContextManager[Client]]


@pytest.fixture(params=FACES)
def opener(request: pytest.FixtureRequest) -> Opener:
    """A function that opens a client, for each kind of client."""
    return FACES[request.param]


@pytest.fixture
def serving(opener: Opener) -> Serving:
    """A function that starts a server with the given responses and opens a client of it."""
    return lambda answer: served(answer, opener)


@contextmanager
def served(answer: Answer, opener: Opener) -> Iterator[Client]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self.rfile.read(length)
            answer(self)

        do_GET = do_POST = do_PATCH = do_DELETE = handle_one  # noqa: N815 (names of the standard library)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Print no lines about requests."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        with opener(Credentials(f"http://127.0.0.1:{server.server_port}", "secret")) as client:
            yield client
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def handle(client: Client, kind: type[Experiment] | type[Sweep] = Experiment) -> Any:
    """A handle of this client, made without a request."""
    transport = bare(client)._transport
    return wrapped(client, Sweep(transport, SWEEP) if kind is Sweep else Experiment(transport, RECORD))


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, kind: str = "application/json") -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_a_call_carries_the_key_and_its_answer_is_typed(serving: Serving) -> None:
    keys: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        keys.append(handler.headers["Authorization"])
        send(handler, 200, b'{"data": [], "later": "more"}')

    with serving(answer) as client:
        assert list(client.datasets.list()) == []
    assert keys == ["Bearer secret"]


@pytest.mark.parametrize(("status", "code", "kind"), [(422, "invalid_spec", InvalidSpec), (404, "not_found", NotFound)])
def test_a_problem_becomes_the_error_of_its_status(
    serving: Serving, status: int, code: str, kind: type[GradusError]
) -> None:
    mistakes: list[dict[str, object]] = [{"path": "layers/0/units", "message": "too many", "input": 7}]
    with serving(lambda handler: send(handler, status, problem(status, code, mistakes))) as client:
        with pytest.raises(kind, match=f"no: {code}") as caught:
            client.experiments.create({})
        assert caught.value.code == code
        assert caught.value.errors[0].path == "layers/0/units"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [(404, b"<html>", NotFound), (418, b"{}", BadRequest), (200, b"<html>", ServerFault)],
)
def test_another_program_at_the_address_is_recognised(
    serving: Serving, status: int, body: bytes, kind: type[GradusError]
) -> None:
    with serving(lambda handler: send(handler, status, body)) as client, pytest.raises(kind, match="Gradus service"):
        client.system()


@pytest.mark.parametrize("status", [400, 410, 418, 422, 500, 502, 504, 507])
@pytest.mark.parametrize("reason", [True, False], ids=["a problem", "no reason"])
def test_an_error_has_the_status_that_was_answered(serving: Serving, status: int, reason: bool) -> None:
    body = problem(status, "told") if reason else b"<html>"
    with serving(lambda handler: send(handler, status, body)) as client, pytest.raises(GradusError) as caught:
        client.with_options(max_retries=0).system()
    assert caught.value.status == status
    assert caught.value.problem().status == status


def test_a_call_is_sent_again_when_the_connection_breaks_and_that_is_harmless(serving: Serving) -> None:
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers["Idempotency-Key"])
        if len(seen) % 2:
            handler.close_connection = True  # no answer at all
        else:
            send(handler, 422, problem(422, "invalid_spec", []))

    with serving(answer) as client:
        with pytest.raises(InvalidSpec):
            client.experiments.create({}, idempotency_key="once")
        assert seen == ["once", "once"]
        with pytest.raises(Unavailable):
            client.keys.create("")
        assert len(seen) == 3


def test_an_address_where_nothing_answers_is_named(opener: Opener) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with opener(Credentials(url)) as late, pytest.raises(Unavailable, match=url) as caught:
        late.system()
    assert caught.value.code == "unreachable"


def test_a_stream_that_breaks_after_every_row_yields_each_row_once(serving: Serving) -> None:
    """The server sends one row after `Last-Event-ID` and drops the connection, sometimes in the middle of a row."""
    asked: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if not handler.path.endswith("events"):  # where nothing new came, the client asks whether it is over
            send(handler, 200, record(status="running"))
            return
        last = handler.headers["Last-Event-ID"]
        asked.append(last)
        seq = int(last or 0) + 1
        row = event(seq, "log", {"level": "info", "message": f"row {seq}"})
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        handler.wfile.write(row if len(asked) % 3 else row[:-9])

    with serving(answer) as client, closing(handle(client).events()) as events:
        rows = [next(events) for _ in range(5)]
    assert [row.seq for row in rows] == [1, 2, 3, 4, 5]
    assert [row.kind for row in rows] == [EventKind.LOG] * 5
    assert asked[:4] == ["0", "1", "2", "2"]


def test_a_stream_of_an_unknown_experiment_is_refused(serving: Serving) -> None:
    with (
        serving(lambda handler: send(handler, 404, problem(404, "not_found", []))) as client,
        pytest.raises(NotFound),
    ):
        next(handle(client).events())


def test_a_stream_gives_up_when_nobody_answers_for_too_long(opener: Opener) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with opener(Credentials(url)) as late, pytest.raises(Unavailable, match=url):
        next(handle(late).events(patience=0))


@pytest.mark.parametrize("kind", [Experiment, Sweep])
def test_waiting_ends_in_time_where_nothing_answers(opener: Opener, kind: type[Experiment] | type[Sweep]) -> None:
    began = time.monotonic()
    url = f"http://127.0.0.1:{free_port()}"
    with (
        opener(Credentials(url)) as late,
        pytest.raises(TimeoutError, match=f"after 1 s .*{url}.*; it is not"),
    ):
        handle(late, kind).wait(timeout=1)
    assert time.monotonic() - began < 20  # forty attempts took 56


def test_waiting_ends_in_time_where_answers_do_not_come(serving: Serving) -> None:
    over = threading.Event()

    def silent(_: BaseHTTPRequestHandler) -> None:
        over.wait()

    with serving(silent) as client:
        try:
            with pytest.raises(TimeoutError, match="exp_1 is queued after 1 s"):
                handle(client).wait(timeout=1)
        finally:
            over.set()
