"""A client that does not give up: it repeats each POST under its key until the service has accepted it."""

import time
from collections.abc import Sequence
from threading import Semaphore
from typing import Any

from gradus.client import Access, Client, calls
from gradus.client.calls import Call
from gradus.errors import TooManyRequests, Unavailable
from gradus.spec.experiment import Spec
from tests.servers.chaos.orders import Order

PATIENCE = 180.0
PAUSE = 0.2


def submit(access: Access, orders: Sequence[Order], gate: Semaphore) -> int:
    """Submit each order once the gate lets it through; how many POSTs had to be repeated.

    Raises:
        Unavailable: one was not accepted for minutes.
    """
    repeated = 0
    with Client(access) as client:
        for number, order in enumerate(orders):
            gate.acquire()
            repeated += _accepted(client, _call(order, f"order-{number}"))
    return repeated


def _call(order: Order, key: str) -> Call[Any]:
    if isinstance(order, Spec):
        return calls.create(order, idempotency_key=key)
    return calls.create_sweep(order, idempotency_key=key)


def _accepted(client: Client, call: Call[Any]) -> int:
    deadline = time.monotonic() + PATIENCE
    repeated = 0
    while True:
        try:
            client.send(call)
        except (Unavailable, TooManyRequests):
            if time.monotonic() > deadline:
                raise
        else:
            return repeated
        repeated += 1
        time.sleep(PAUSE)
