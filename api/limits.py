"""What the service accepts at most."""

from gradus.spec.experiment import MAX_LAYERS
from gradus.spec.layer import MAX_UNITS
from gradus.wire.system import Limits
from hub.access.quotas import Quotas

BODY_BYTES = 1 << 20
SIGN_IN_BYTES = 4096
"""Of what a browser shows to be let in: strangers get no more of the service's time than a key is long."""
PAGE_SIZE = 200
WAIT_SECONDS = 60
DEPTH = 32
"""Objects and arrays inside each other in a document."""
WIDTH = 2_000
"""Entries of one object or array: twice as many as any may have, for those just above are told what they may."""
LARGEST = 2**53 - 1
"""The largest number of an epoch or an event that a client can name."""


def limits(quotas: Quotas) -> Limits:
    """All of it, as the service tells it."""
    return Limits(
        body_bytes=BODY_BYTES,
        units=MAX_UNITS,
        layers=MAX_LAYERS,
        epochs=quotas.epochs,
        parameters=quotas.parameters,
        memory_bytes=quotas.memory_bytes,
        queued=quotas.queued,
        running=quotas.running,
        requests_per_minute=quotas.requests_per_minute,
        streams=quotas.streams,
        page_size=PAGE_SIZE,
        wait_seconds=WAIT_SECONDS,
    )
