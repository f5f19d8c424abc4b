"""One trial: faults are injected into a service while it trains, and then its results are judged."""

from tests.servers.chaos.orders import orders
from tests.servers.chaos.plan import SHORT_HANG, at_random, one_by_one
from tests.servers.chaos.service import Service
from tests.servers.chaos.storm import Storm
from tests.servers.chaos.undisturbed import Undisturbed
from tests.servers.chaos.verdict import judge

SEED = 3


def assert_that_nothing_is_lost_or_altered(service: Service, undisturbed: Undisturbed) -> None:
    """Submit thirty experiments while every kind of fault is injected once, followed by three random kills. None of the
    experiments may be lost or altered."""
    one_of_each = one_by_one(service, SEED)
    some_more = at_random(service, 3, SEED, longest_pause=1.0, hang=SHORT_HANG)
    asked = orders(30, SEED)
    dealt = Storm(service, SEED).rage(asked, [*one_of_each, *some_more])
    verdict = judge(service, asked, undisturbed)
    assert verdict.mismatches == (), (dealt, verdict)
    assert dealt.missing == [], (dealt, verdict)
    assert verdict.losses > 0, "nobody was struck while it trained"
    assert dealt.kills == len(service.victims) + 3
