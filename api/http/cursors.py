"""Cursors: where the next page of a list begins, opaque to clients."""

import base64
import binascii
from collections.abc import Callable

from api.ids import is_experiment_id
from gradus.errors import BadRequest

_VERSION = "1:"


def encode(last_id: str) -> str:
    """A cursor that goes on after the thing of this id."""
    return base64.urlsafe_b64encode(f"{_VERSION}{last_id}".encode()).decode().rstrip("=")


def decode(cursor: str, is_id: Callable[[str], bool] = is_experiment_id) -> str:
    """The id that the cursor goes on after.

    Raises:
        BadRequest: it is none of ours.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    last_id = text.removeprefix(_VERSION)
    if text == last_id or not is_id(last_id):
        raise BadRequest(
            "cursor: not one that this service gave out; pass the last page's next_cursor, or none for the first page",
            code="bad_cursor",
        )
    return last_id
