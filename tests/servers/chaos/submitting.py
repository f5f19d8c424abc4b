"""A client that does not give up: it repeats each POST with the same idempotency key until the service has accepted
it.
"""

import time
from collections.abc import Sequence
from threading import Semaphore

from gradus.client import Client, Credentials
from gradus.errors import TooManyRequests, Unavailable
from gradus.spec.experiment import Spec
from tests.servers.chaos.orders import Order

PATIENCE = 180.0
PAUSE = 0.2


def submit(access: Credentials, orders: Sequence[Order], gate: Semaphore) -> int:
    """Submit the orders, each when the semaphore permits it; returns how many POSTs had to be repeated.

    Raises:
        Unavailable: one was not accepted for minutes.
    """
    repeated = 0
    with Client(access.url, key=access.key) as client:
        for number, order in enumerate(orders):
            gate.acquire()
            repeated += _accepted(client, order, f"order-{number}")
    return repeated


def _submit(client: Client, order: Order, key: str) -> None:
    if isinstance(order, Spec):
        client.experiments.create(order, idempotency_key=key)
    else:
        client.sweeps.create(order, idempotency_key=key)


def _accepted(client: Client, order: Order, key: str) -> int:
    deadline = time.monotonic() + PATIENCE
    repeated = 0
    while True:
        try:
            _submit(client, order, key)
        except (Unavailable, TooManyRequests):
            if time.monotonic() > deadline:
                raise
        else:
            return repeated
        repeated += 1
        time.sleep(PAUSE)
