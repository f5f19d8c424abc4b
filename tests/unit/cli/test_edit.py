"""`gradus edit`: tags that several people change at once."""

import json
from collections.abc import Callable

import httpx
import pytest

from gradus import Client
from gradus.cli.commands.edit import ATTEMPTS, Changes, change
from gradus.errors import PreconditionFailed
from tests.unit.client.said import document, problem


class Service:
    """A service with one experiment. Somebody else changes its tags before each of our first `interruptions`
    changes."""

    def __init__(self, interruptions: int) -> None:
        self.version, self.tags, self.left = 1, ["mine", "old"], interruptions

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The response of the service."""
        if request.method == "PATCH":
            if self.left:
                self.left -= 1
                self.version, self.tags = self.version + 1, [*self.tags, f"theirs {self.version}"]
            if request.headers.get("If-Match", f'"{self.version}"') != f'"{self.version}"':
                return httpx.Response(412, content=problem(412, "precondition_failed"))
            self.tags = json.loads(request.content).get("tags", self.tags)
        content = json.dumps(document(tags=self.tags))
        return httpx.Response(200, content=content, headers={"ETag": f'"{self.version}"'})


def changed(answer: Callable[[httpx.Request], httpx.Response]) -> None:
    with Client("http://service", key="k", transport=httpx.MockTransport(answer)) as client:
        change(client.experiments.get("exp_1"), Changes("n"), ["new", "mine", "new"], ["old"])


@pytest.mark.parametrize("interruptions", [0, 1, ATTEMPTS - 1])
def test_tags_that_others_add_meanwhile_are_kept(interruptions: int) -> None:
    service = Service(interruptions)
    changed(service.answer)
    theirs = [f"theirs {version}" for version in range(1, interruptions + 1)]
    assert service.tags == ["mine", *theirs, "new"]


def test_a_change_that_is_always_overtaken_is_refused() -> None:
    with pytest.raises(PreconditionFailed):
        changed(Service(ATTEMPTS).answer)
