"""The service's limits."""

from gradus.resolution.target import MAX_CLASSES
from gradus.spec.experiment import MAX_LAYERS
from gradus.spec.layer import MAX_UNITS
from gradus.wire.system import Limits
from hub.access.quotas import Quotas
from hub.datasets.uploads import PART_BYTES
from reading.request import Limits as ReadingLimits

BODY_BYTES = 1 << 20
FILE_BYTES = 256 << 20
"""Limit of a file that is sent as one body."""
PREDICT_BYTES = 16 << 20
"""Limit of a request for predictions."""
PREDICT_ROWS = 10_000
"""Rows in one request for predictions."""
SIGN_IN_BYTES = 4096
"""Body limit of a sign-in request. It is small because the sender is not authenticated yet."""
PAGE_SIZE = 200
WAIT_SECONDS = 60
DEPTH = 32
"""Nesting depth of objects and arrays in a document."""
WIDTH = 2_000
"""Entries of one object or array: twice the largest bound in the spec, so that a document slightly over a bound gets a
validation error that names the bound."""
LARGEST = 2**53 - 1
"""The largest epoch or event number that a client can send."""


def limits(quotas: Quotas) -> Limits:
    """The limits as `GET /v1/system` returns them."""
    reading = ReadingLimits()
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
        file_bytes=FILE_BYTES,
        upload_bytes=quotas.upload_bytes,
        workspace_bytes=quotas.workspace_bytes,
        part_bytes=PART_BYTES,
        rows=reading.rows,
        columns=reading.columns,
        cell_bytes=reading.cell_bytes,
        picture_bytes=reading.picture_bytes,
        picture_pixels=reading.picture_pixels,
        pictures=reading.pictures,
        reading_seconds=reading.seconds_per_100_mb,
        classes=MAX_CLASSES,
        predict_bytes=PREDICT_BYTES,
        predict_rows=PREDICT_ROWS,
    )
