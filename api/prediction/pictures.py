"""Decodes pictures in requests, in the same way as pictures of an uploaded data set."""

import base64
import binascii
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.prediction.budget import Pixels
from api.prediction.values import WrongValue, elements
from export.signature import shape_of
from gradus.errors import TooLarge
from preprocessing.pixels import FittedBytes

MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
"""The first bytes of PNG and JPEG files, the only formats that are decoded here."""
_CHANNELS = (1, 3)


def picture(content: bytes, fitted: FittedBytes, resize: str | None, left: Pixels) -> NDArray[np.uint8]:
    """The pixels of a PNG or JPEG file, in the shape of the column. `left` counts the file's own pixels.

    Raises:
        WrongValue: the content is neither, or is broken, or the column has no pictures.
        TooLarge: the picture, or all pictures of the request together, have too many pixels.
    """
    from reading.images.picture import BrokenPicture, LargePicture, header, pixels  # noqa: PLC0415 (imports Pillow)
    from reading.request import Limits  # noqa: PLC0415

    shape = shape_of(fitted)
    full = (*shape, 1) if len(shape) == 2 else shape
    if len(full) != 3 or full[2] not in _CHANNELS:
        raise WrongValue("is a picture, but the column has arrays")
    if not content.startswith(MAGIC):
        raise WrongValue("is neither a PNG nor a JPEG file")
    try:
        head = header(content, Limits())
        left.take(head.height, head.width)
        found = pixels(content, (full[0], full[1], full[2]), _resize(resize), Limits())
    except LargePicture as error:
        raise TooLarge(f"the picture has {error}: send it smaller") from None
    except BrokenPicture as error:
        raise WrongValue(f"is a broken picture: {error}") from None
    return found.reshape(shape)


def from_json(value: Any, fitted: FittedBytes, resize: str | None, left: Pixels) -> NDArray[np.uint8]:
    """The pixels of a JSON value, which is a file in base64 or lists of numbers.

    Raises:
        WrongValue: the value is neither, or the file is broken.
        TooLarge: the pictures of the request have too many pixels.
    """
    if not isinstance(value, str):
        return elements(value, shape_of(fitted), np.uint8)
    _, _, text = value.rpartition("base64,") if value.startswith("data:") else ("", "", value)
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise WrongValue("is not the base64 text of a PNG or JPEG file") from None
    return picture(content, fitted, resize, left)


def _resize(given: str | None) -> Any:
    return given if given in ("pad", "crop", "squash") else "pad"
