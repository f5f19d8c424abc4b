"""The grammar of seeds. The browser's tests compare the dashboard with the same table."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from gradus.client import Client, Sweep
from gradus.errors import BadRequest, NotFound
from gradus.seeds import read_seeds
from tests.unit.client.said import SWEEP

CASES = json.loads((Path(__file__).parents[2] / "seeds.json").read_text(encoding="utf-8"))
BASE = {"dataset": "digits", "layers": [4]}


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_seeds_are_read_as_the_table_says(case: dict[str, Any]) -> None:
    if case["seeds"] is not None:
        assert read_seeds(case["text"]) == case["seeds"]
        return
    with pytest.raises(ValueError, match=r"write how many|named twice"):
        read_seeds(case["text"])


@pytest.mark.parametrize(("given", "seeds"), [(3, [0, 1, 2]), ("0,3-5", [0, 3, 4, 5]), ([7], [7]), ((1, 2), [1, 2])])
def test_the_client_takes_seeds_as_the_command_line_does(given: Any, seeds: list[int]) -> None:
    sent: list[Any] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content)["seeds"])
        return httpx.Response(404)

    with Client("http://here", transport=httpx.MockTransport(refuse)) as client:
        sweep = Sweep(client._transport, SWEEP)
        for send in (client.sweeps.create, client.sweeps.dry_run):
            with pytest.raises(NotFound):
                send(base=BASE, grid={"l2": [0]}, seeds=given)
        with pytest.raises(NotFound):
            sweep.extend(seeds=given)
    assert sent == [seeds] * 3


def test_the_client_says_what_is_wrong_with_seeds() -> None:
    with Client("http://here") as client, pytest.raises(BadRequest, match="seeds='x': write how many"):
        client.sweeps.create(base=BASE, grid={"l2": [0]}, seeds="x")
