"""Which faults are injected when; the whole plan follows from a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.chaos.blows import Blow, Empty, Freeze, Kill
from tests.servers.chaos.service import LEASE_SECONDS, Service
from tests.servers.chaos.victims import Victim

OVERDUE = LEASE_SECONDS + 1.0
"""Seconds after which the lease of a frozen worker has run out."""
SHORT_HANG = 2.0
"""Longer than clients of Valkey wait for an answer."""
LONG_HANG = 6.0
"""Longer, too, than Postgres lets a transaction idle."""


@dataclass(frozen=True)
class Strike:
    """One blow, and its moment."""

    blow: Blow
    patient: bool
    """Whether it first waits for an epoch to be recorded: others fall also on parts that are just starting."""
    pause: float
    """Seconds after that."""


def one_by_one(service: Service, seed: int) -> list[Strike]:
    """Every blow once, each while something trains."""
    rng = random.Random(seed)
    blows = [*map(Kill, service.victims), *_others(service, SHORT_HANG)]
    rng.shuffle(blows)
    return [Strike(blow, patient=True, pause=rng.uniform(0.0, 0.5)) for blow in blows]


def at_random(service: Service, kills: int, seed: int, longest_pause: float, hang: float = LONG_HANG) -> list[Strike]:
    """So many kills, and a third as many other blows among them, of so many seconds each."""
    rng = random.Random(seed)
    victims = [service.victims[i % len(service.victims)] for i in range(kills)]
    others = _others(service, hang)
    blows: list[Blow] = [*map(Kill, victims), *(others[i % len(others)] for i in range(kills // 3))]
    rng.shuffle(blows)
    return [Strike(blow, rng.random() < 0.6, rng.uniform(0.0, longest_pause)) for blow in blows]


def _others(service: Service, hang: float) -> Sequence[Blow]:
    """What else can be done to it: a worker stands still until its lease is another's, the servers for so long."""
    frozen = [Freeze(Victim.WORKER, max(OVERDUE, hang)), Freeze(Victim.VALKEY, hang)]
    if Victim.POSTGRES in service.victims:
        frozen.append(Freeze(Victim.POSTGRES, hang))
    return [*frozen, Empty()]
