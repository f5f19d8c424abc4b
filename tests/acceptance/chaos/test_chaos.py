"""Whatever is killed, frozen or emptied, at whatever moment: nothing that was accepted is lost or altered. On Postgres
the acknowledgements of some commits are lost, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.chaos.cluster import cluster_service
from tests.servers.chaos.embedded import embedded_service
from tests.servers.chaos.orders import orders
from tests.servers.chaos.plan import SHORT_HANG, at_random, one_by_one
from tests.servers.chaos.service import Service
from tests.servers.chaos.storm import Storm
from tests.servers.chaos.verdict import judge

SEED = 3


@pytest.fixture(params=["sqlite", "postgres"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """A real one, ready."""
    on_sqlite = request.param == "sqlite"
    with embedded_service(tmp_path) if on_sqlite else cluster_service(tmp_path, lost=0.05, seed=SEED) as running:
        yield running


def test_every_experiment_ends_with_the_bits_of_an_undisturbed_one(service: Service) -> None:
    one_of_each = one_by_one(service, SEED)
    some_more = at_random(service, 3, SEED, longest_pause=1.0, hang=SHORT_HANG)
    asked = orders(30, SEED)
    dealt = Storm(service, SEED).rage(asked, [*one_of_each, *some_more])
    verdict = judge(service, asked)
    assert verdict.mismatches == (), (dealt, verdict)
    assert dealt.missing == [], (dealt, verdict)
    assert verdict.losses > 0, "nobody was struck while it trained"
    assert dealt.kills == len(service.victims) + 3
