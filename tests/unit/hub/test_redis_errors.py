"""Code that uses Redis, tested with a server that is not Redis."""

import socketserver
import threading
from collections.abc import Iterator

import pytest
import redis

from hub.access.rate_limits import RateLimiter
from hub.messaging.circuit_breaker import CircuitBreaker
from hub.messaging.pubsub import PubSub
from hub.messaging.queue import Queue
from hub.messaging.redis_errors import REDIS_TROUBLE

NESTED = b"*1\r\n" * 3000 + b":1\r\n"
ANSWERS = [
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
    b":nonsense\r\n",
    b"$long\r\n",
    b"+OK\r\n",
    b"%1\r\n*1\r\n:1\r\n:2\r\n",
    NESTED,
]


class Stranger(socketserver.BaseRequestHandler):
    """A server that gives the same answer to everything."""

    answer: bytes

    def handle(self) -> None:
        while self.request.recv(4096):
            self.request.sendall(self.answer)


class Server(socketserver.ThreadingTCPServer):
    """A server that can end while clients keep their connections."""

    daemon_threads = True


@pytest.fixture(params=ANSWERS, ids=["http", "number", "length", "text", "table", "nested"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    handler = type("Answering", (Stranger,), {"answer": request.param})
    with Server(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def breaker(url: str) -> Iterator[CircuitBreaker]:
    breaker = CircuitBreaker(url)
    yield breaker
    breaker.close()


def test_requests_are_counted_here(url: str, breaker: CircuitBreaker) -> None:
    rates = RateLimiter(url, breaker)
    assert [rates.hit("somebody", 2).allowed for _ in range(3)] == [True, True, False]
    assert breaker.open


def test_a_question_fails_as_it_does_while_redis_is_away(breaker: CircuitBreaker) -> None:
    with pytest.raises(redis.RedisError):
        breaker.ask(lambda client: client.ping())


def test_nobody_who_rings_or_sends_a_hint_notices(url: str) -> None:
    pubsub, queue = PubSub(url), Queue(url)
    pubsub.publish("channel", ["one"])
    pubsub.subscribe("channel", lambda _: None, lambda: False)
    assert not queue.send_job("job", "cpu")
    with pytest.raises(REDIS_TROUBLE):
        queue.check()
    pubsub.close()
    queue.close()
