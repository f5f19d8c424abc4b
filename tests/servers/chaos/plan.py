"""Which faults are injected at which times. The plan depends only on a seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tests.servers.chaos.blows import Blow, Empty, Freeze, Kill
from tests.servers.chaos.service import LEASE_SECONDS, Service
from tests.servers.chaos.victims import Victim

OVERDUE = LEASE_SECONDS + 1.0
"""Seconds after which the lease of a frozen worker has run out."""
SHORT_HANG = 2.0
"""Seconds that are longer than clients of Valkey wait for an answer."""
LONG_HANG = 6.0
"""Seconds that are longer than Postgres lets a transaction be idle, and so than clients of Valkey wait."""


@dataclass(frozen=True)
class Strike:
    """A fault, and when it is injected."""

    blow: Blow
    patient: bool
    """Whether to wait until an epoch is recorded. Otherwise the fault may also hit parts that are just starting."""
    pause: float
    """Seconds to wait after that."""


def one_by_one(service: Service, seed: int) -> list[Strike]:
    """Every kind of fault once, each while an experiment trains."""
    rng = random.Random(seed)
    blows = [*map(Kill, service.victims), *_others(service, SHORT_HANG)]
    rng.shuffle(blows)
    return [Strike(blow, patient=True, pause=rng.uniform(0.0, 0.5)) for blow in blows]


def at_random(service: Service, kills: int, seed: int, longest_pause: float, hang: float = LONG_HANG) -> list[Strike]:
    """A plan with this number of kills, and a third as many other faults among them. Processes hang for `hang`
    seconds."""
    rng = random.Random(seed)
    victims = [service.victims[i % len(service.victims)] for i in range(kills)]
    others = _others(service, hang)
    blows: list[Blow] = [*map(Kill, victims), *(others[i % len(others)] for i in range(kills // 3))]
    rng.shuffle(blows)
    return [Strike(blow, rng.random() < 0.6, rng.uniform(0.0, longest_pause)) for blow in blows]


def _others(service: Service, hang: float) -> Sequence[Blow]:
    """The faults that are not kills. A frozen worker hangs until its lease has expired, servers hang for `hang`
    seconds."""
    frozen = [Freeze(Victim.WORKER, max(OVERDUE, hang)), Freeze(Victim.VALKEY, hang)]
    if Victim.POSTGRES in service.victims:
        frozen.append(Freeze(Victim.POSTGRES, hang))
    return [*frozen, Empty()]
