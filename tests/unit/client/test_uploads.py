"""Uploads of files in parts: several at a time, each with its digest, and continued with the parts that the service
lacks.
"""

import base64
import hashlib
import json
import re
import threading
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from gradus.client.methods import run
from gradus.client.source import Source, of_bytes, of_file, of_path
from gradus.client.uploads import Sent, send_parts
from gradus.errors import BadRequest, GradusError, Unavailable
from tests.unit.client.said import AT, CUT, Script, ok, problem

CONTENT = bytes(range(250)) * 10
PART = 1000


class Uploads:
    """A service that receives parts. `breaks` gives, for each part, the errors of its next attempts."""

    def __init__(self, breaks: dict[int, list[Exception | httpx.Response]] | None = None) -> None:
        self.parts: dict[int, bytes] = {}
        self.asked: list[str] = []
        self._breaks, self._lock = breaks or {}, threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.asked.append(f"{request.method} {request.url.path}")
            number = re.search(r"parts/(\d+)$", request.url.path)
            return self._record(request) if number is None else self._put(int(number[1]), request)

    def _put(self, number: int, request: httpx.Request) -> httpx.Response:
        content = b"".join(request.stream)  # type: ignore[arg-type]
        if self._breaks.get(number):
            broken = self._breaks[number].pop(0)
            if isinstance(broken, Exception):
                raise broken
            return broken
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        assert request.headers["Content-Digest"] == f"sha-256=:{digest}:"
        assert int(request.headers["Content-Length"]) == len(content)
        self.parts[number] = content
        return httpx.Response(204)

    def _record(self, request: httpx.Request) -> httpx.Response:
        whole = {"id": "upl_1", "size": len(CONTENT), "sha256": None, "part_bytes": PART, "parts": 3}
        moments = {"created_at": AT, "expires_at": AT}
        return ok(json.dumps({**whole, **moments, "received": sorted(self.parts)}).encode())


def script(service: Uploads, retries: int = 2) -> Script:
    transport = Script(*[service] * 100)
    return transport.with_options(type(transport.options)(max_retries=retries))


def send(service: Uploads, source: Source | None = None, resume: str | None = None, retries: int = 2) -> list[int]:
    """Send a file; returns the numbers of bytes that were reported as sent."""
    told: list[int] = []
    sent = Sent(len(CONTENT), lambda done, total: told.append(done))
    upload = run(send_parts(script(service, retries), source or of_bytes(CONTENT), sent, 0, resume))
    assert upload == "upl_1"
    assert b"".join(service.parts[number] for number in sorted(service.parts)) == CONTENT
    return told


@pytest.mark.parametrize("kind", ["bytes", "path", "file", "pipe"])
def test_every_part_has_its_digest_whatever_the_file_is(kind: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(CONTENT)
    pipe = BytesIO(CONTENT)
    pipe.seekable = lambda: False  # type: ignore[method-assign]
    with (tmp_path / "file").open("rb") as file:
        sources = {"bytes": of_bytes(CONTENT), "path": of_path(tmp_path / "file")}
        source = sources.get(kind) or of_file(file if kind == "file" else pipe)
        told = send(Uploads(), source)
    assert told[-1] == len(CONTENT)


def test_a_part_whose_connection_breaks_is_sent_again() -> None:
    service = Uploads({2: [CUT, httpx.Response(503, content=problem(503, "unavailable"))]})
    told = send(service)
    assert service.asked.count("PUT /v1/uploads/upl_1/parts/2") == 3
    assert service.asked.count("GET /v1/uploads/upl_1") == 0
    assert told[-1] == len(CONTENT)


def test_after_a_longer_break_only_what_the_service_lacks_is_sent() -> None:
    service = Uploads({3: [CUT, CUT]})
    send(service, retries=1)
    assert service.asked.count("GET /v1/uploads/upl_1") == 1
    assert service.asked.count("PUT /v1/uploads/upl_1/parts/1") == 1
    assert service.asked.count("PUT /v1/uploads/upl_1/parts/3") == 3


def test_an_upload_that_gets_nowhere_says_how_to_go_on_and_does() -> None:
    service = Uploads({number: [CUT] * 2 for number in (1, 2, 3)})
    with pytest.raises(Unavailable, match="the upload upl_1 can be resumed"):
        send(service, retries=0)
    service = Uploads()
    service.parts[1] = CONTENT[:PART]
    told = send(service, resume="upl_1")
    assert service.asked[0] == "GET /v1/uploads/upl_1"
    assert "PUT /v1/uploads/upl_1/parts/1" not in service.asked
    assert told[0] == PART


def test_a_refusal_ends_it_at_once() -> None:
    service = Uploads({1: [httpx.Response(409, content=problem(409, "part_differs"))]})
    with pytest.raises(GradusError, match="part_differs"):
        send(service)
    assert "GET /v1/uploads/upl_1" not in service.asked


def test_a_resumed_upload_is_of_the_same_file() -> None:
    with pytest.raises(BadRequest, match="upl_1 was begun for a file of 2,500 bytes, but this one has 3"):
        run(send_parts(script(Uploads()), of_bytes(b"abc"), Sent(3, None), 0, "upl_1"))


def test_a_file_that_shrinks_while_it_is_sent_is_not_sent_as_if_it_were_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    source = of_path(path)
    path.write_bytes(CONTENT[:1500])
    with pytest.raises(BadRequest, match="has changed while it was sent"):
        send(Uploads(), source)
