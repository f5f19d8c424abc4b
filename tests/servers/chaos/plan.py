"""Which blow falls when: the whole plan follows from a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.chaos.blows import Blow, Empty, Freeze, Kill
from tests.servers.chaos.service import LEASE_SECONDS, Service
from tests.servers.chaos.victims import Victim

OVERDUE = LEASE_SECONDS + 1.5
"""Seconds after which the lease of a frozen worker has run out."""


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
    blows = [*map(Kill, service.victims), *_others(service)]
    rng.shuffle(blows)
    return [Strike(blow, patient=True, pause=rng.uniform(0.0, 0.5)) for blow in blows]


def at_random(service: Service, kills: int, seed: int, longest_pause: float) -> list[Strike]:
    """So many kills, and a third as many other blows among them."""
    rng = random.Random(seed)
    victims = [service.victims[i % len(service.victims)] for i in range(kills)]
    others = _others(service)
    blows: list[Blow] = [*map(Kill, victims), *(others[i % len(others)] for i in range(kills // 3))]
    rng.shuffle(blows)
    return [Strike(blow, rng.random() < 0.6, rng.uniform(0.0, longest_pause)) for blow in blows]


def _others(service: Service) -> Sequence[Blow]:
    frozen = [Freeze(Victim.WORKER, OVERDUE), Freeze(Victim.VALKEY, 3.0)]
    if Victim.POSTGRES in service.victims:
        frozen.append(Freeze(Victim.POSTGRES, 3.0))
    return [*frozen, Empty()]
