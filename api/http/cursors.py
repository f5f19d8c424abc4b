"""Cursors: opaque texts that say where the next page of a list starts."""

import base64
import binascii
from collections.abc import Callable

from api.ids import is_experiment_id
from gradus.errors import BadRequest

_VERSION = "1:"


def encode(last_id: str) -> str:
    """The cursor for the page after the entry with this id."""
    return base64.urlsafe_b64encode(f"{_VERSION}{last_id}".encode()).decode().rstrip("=")


def decode(cursor: str, is_id: Callable[[str], bool] = is_experiment_id) -> str:
    """The id after which the cursor's page starts.

    Raises:
        BadRequest: the cursor is invalid.
    """
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    last_id = text.removeprefix(_VERSION)
    if text == last_id or not is_id(last_id):
        raise BadRequest(
            "cursor: invalid; send the previous page's next_cursor, or no cursor for the first page",
            code="bad_cursor",
        )
    return last_id
