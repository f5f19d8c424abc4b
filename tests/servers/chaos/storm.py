"""A chaos test: orders are submitted while faults are injected, and at the end every accepted experiment must have
ended.
"""

import random
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Semaphore

from gradus.client import Client
from tests.servers.chaos.blows import deal
from tests.servers.chaos.files import Files
from tests.servers.chaos.gauge import Gauge, Standing
from tests.servers.chaos.orders import Order
from tests.servers.chaos.plan import Strike
from tests.servers.chaos.service import Service
from tests.servers.chaos.submitting import submit
from tests.servers.processes import answers

STALL_SECONDS = 300.0
"""If there is no progress for this number of seconds, the service counts as stuck."""
HEAD_START = 4
"""Number of orders that are submitted before the first fault."""


@dataclass(frozen=True)
class Dealt:
    """The faults that were injected, and their effects."""

    blows: Counter[str]
    repeated: int
    """Number of POSTs that had to be repeated."""
    missing: Sequence[str]
    """The keys of checkpoints that a row referred to but that were not in the store."""
    seconds: float

    @property
    def kills(self) -> int:
        """Number of kills among the faults."""
        return sum(count for blow, count in self.blows.items() if blow.startswith("kill"))


class Storm:
    """Injects faults into one service, and records their effects."""

    def __init__(self, service: Service, seed: int) -> None:
        self._service = service
        self._rng = random.Random(seed)
        self._gauge = Gauge(service.database_url)
        self._files = Files(service)
        self._blows: Counter[str] = Counter()
        self._missing: set[str] = set()

    def rage(self, orders: Sequence[Order], plan: Sequence[Strike]) -> Dealt:
        """Submit the orders one after the other while the faults are injected; returns when all experiments have ended
        and the service answers."""
        began, gate = time.monotonic(), Semaphore(0)
        with ThreadPoolExecutor(1) as client:
            accepted = client.submit(submit, self._service.access, orders, gate)
            try:
                self._strike(orders, plan, gate)
            finally:
                gate.release(len(orders))
            self._come_to_rest(accepted)
        self._missing |= set(self._files.missing())
        self._gauge.close()
        self._files.close()
        return Dealt(self._blows, accepted.result(), sorted(self._missing), time.monotonic() - began)

    def _strike(self, orders: Sequence[Order], plan: Sequence[Strike], gate: Semaphore) -> None:
        let_in = 0
        for number, strike in enumerate(plan):
            due = min(len(orders), HEAD_START + number * len(orders) // len(plan))
            if due > let_in:
                gate.release(due - let_in)
            let_in = max(let_in, due)
            if strike.patient:
                self._wait_for_an_epoch()
            self._wait(strike.pause)
            deal(strike.blow, self._service, self._rng, self._wait)
            self._blows[str(strike.blow)] += 1
            self._missing |= set(self._files.missing())

    def _wait(self, seconds: float) -> None:
        """Wait for some seconds, and meanwhile restart the parts that have ended."""
        until = time.monotonic() + seconds
        while True:
            self._service.mend()
            left = until - time.monotonic()
            if left <= 0:
                return
            time.sleep(min(left, 0.05))

    def _wait_for_an_epoch(self) -> None:
        """Wait until another epoch is recorded, or until all experiments so far have ended."""
        first = standing = self._moved(None)
        while standing.epochs == first.epochs and (standing.open or not standing.epochs):
            standing = self._moved(standing)

    def _come_to_rest(self, accepted: "Future[int]") -> None:
        standing = None
        while not (accepted.done() and standing and standing.open == standing.open_jobs == 0):
            standing = self._moved(standing)
        with Client(self._service.access.url, key=self._service.access.key) as client:
            while not answers(client):
                self._wait(0.05)

    def _moved(self, before: Standing | None) -> Standing:
        """Wait until the progress differs from `before`; returns the new progress."""
        deadline = time.monotonic() + STALL_SECONDS
        while True:
            standing = self._gauge.standing()
            if standing is not None and standing != before:
                return standing
            assert time.monotonic() < deadline, f"nothing has moved for {STALL_SECONDS} s: {before}"
            self._wait(0.1)
