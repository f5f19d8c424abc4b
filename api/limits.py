"""What the service accepts at most."""

from gradus.spec.experiment import MAX_EPOCHS, MAX_LAYERS
from gradus.spec.layer import MAX_UNITS
from gradus.wire.system import Limits

BODY_BYTES = 1 << 20
PARAMETERS = 1_000_000_000
"""Four gigabytes of float32 weights; training needs a multiple of it."""
PAGE_SIZE = 200
WAIT_SECONDS = 60
DEPTH = 32
"""Objects and arrays inside each other in a document."""
LARGEST = 2**31 - 1
"""The largest number of an epoch or an event that a client can name."""

LIMITS = Limits(
    body_bytes=BODY_BYTES,
    units=MAX_UNITS,
    layers=MAX_LAYERS,
    epochs=MAX_EPOCHS,
    parameters=PARAMETERS,
    page_size=PAGE_SIZE,
    wait_seconds=WAIT_SECONDS,
)
