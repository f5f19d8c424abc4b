"""The experiment that a shortened id refers to."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from gradus.cli.ids import resolve, resolve_all, resolve_sweep
from gradus.client import Client
from gradus.errors import BadRequest, NotFound
from tests.unit.client.said import document

IDS = [f"exp_01m81zqvkxnfw4cyan{end}" for end in ("6kaawa01", "6kaawa02", "6kbbbb02")]
"""The ids of the experiments, newest first."""


@contextmanager
def service(ids: list[str], asked: list[httpx.Request] | None = None) -> Iterator[Client]:
    """A client of a service that has experiments with these ids, and lists two per page."""

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        start = int(request.url.params.get("cursor", 0))
        q = request.url.params.get("q", "")
        page = [document(id=one) for one in ids[start : start + 2] if q in one]
        cursor = str(start + 2) if start + 2 < len(ids) else None
        return httpx.Response(200, content=json.dumps({"data": page, "next_cursor": cursor}))

    with Client("http://service", transport=httpx.MockTransport(answer)) as client:
        yield client


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("last", IDS[0]),
        (IDS[2], IDS[2]),
        (IDS[1].upper().replace("EXP_", "exp_"), IDS[1]),
        ("bbbb02", IDS[2]),  # on the second page
        ("exp_01m81zqvkxnfw4cyan6kb", IDS[2]),
        ("a01", IDS[0]),
        ("exp_a01", IDS[0]),
    ],
)
def test_an_id_is_known_by_any_end_of_it(given: str, meant: str) -> None:
    with service(IDS) as client:
        assert resolve(client, given) == meant


def test_a_whole_id_asks_nobody() -> None:
    asked: list[httpx.Request] = []
    with service(IDS, asked) as client:
        assert resolve_all(client, [IDS[0], IDS[0]]) == [IDS[0]]
    assert asked == []


@pytest.mark.parametrize(
    ("find", "given", "why"),
    [
        (resolve, "02", r"matches 2 experiments; .*\(one\)"),
        (resolve, "zzz", "experiment not found"),
        (resolve, "", "is not an id"),
        (resolve, "digits", "is not an id"),
        (resolve, "swp_01", "the id of a sweep"),
        (resolve_sweep, "exp_01", "not of a sweep"),
    ],
)
def test_what_means_none_or_several_is_refused(find: Callable[[Client, str], str], given: str, why: str) -> None:
    with service(IDS) as client, pytest.raises((BadRequest, NotFound), match=why):
        find(client, given)


def test_there_is_no_last_one_before_the_first() -> None:
    with service([]) as client, pytest.raises(NotFound, match="no experiment yet"):
        resolve(client, "last")
