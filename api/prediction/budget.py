"""Limits on the memory of one request for predictions: even a short request can need much memory."""

from collections.abc import Iterable
from math import prod

from api.prediction.answers import Shown
from api.prediction.model import Model
from export.batches import NUMBER_BYTES, row_bytes
from export.signature import TensorSpec
from gradus.errors import TooLarge

DECODED_BYTES = 256 << 20
"""Limit on the values of a request, in arrays and lists."""
ANSWER_BYTES = 128 << 20
"""Limit on an answer, as Python objects."""
PIXELS = 100_000_000
"""Limit on the pixels of all pictures of a request, before they are resized."""
_VALUE_BYTES = 24
"""Size of a value as a Python object, in addition to its element in an array."""


_BINARY_BYTES = 8
"""Largest size of a number in a binary tensor."""


class Pixels:
    """Counts the pixels that a request has decoded."""

    def __init__(self, limit: int = PIXELS) -> None:
        self._limit, self._left = limit, limit

    def take(self, height: int, width: int) -> None:
        """Count the pixels of a picture before it is decoded.

        Raises:
            TooLarge: the pictures of the request have too many pixels.
        """
        self._left -= height * width
        if self._left < 0:
            most = f"{self._limit / 1e6:g} million pixels"
            raise TooLarge(f"the pictures of one request may have {most}: send fewer at a time, or smaller ones")


def check_inputs(model: Model, rows: int) -> None:
    """Refuse rows whose values take too much memory.

    Raises:
        TooLarge: the values take more than `DECODED_BYTES`.
    """
    scalars = sum(prod(one.shape) == 1 for one in model.signature.inputs)
    most = DECODED_BYTES // (row_bytes(model.signature) + scalars * _VALUE_BYTES)
    if rows > most:
        raise TooLarge(f"{rows:,} rows of this width are too many for one request: send at most {most:,}")


def check_answer(model: Model, rows: int, wish: Shown) -> None:
    """Refuse rows whose answers take too much memory.

    Raises:
        TooLarge: the answers take more than `ANSWER_BYTES`.
    """
    data = model.data
    names = model.name_lengths
    shown = names[: wish.top] if wish.probabilities and model.signature.probabilities is not None else []
    row = (sum(shown) + NUMBER_BYTES * len(shown)) * (1 if model.signature.spread is None else 2)
    row += NUMBER_BYTES + names[0] if data.task == "classification" else NUMBER_BYTES * data.outputs + sum(names)
    if data.task == "regression":
        numbers = 2 * (wish.half_widths is not None) + (model.signature.spread is not None)
        row += NUMBER_BYTES * numbers * data.outputs
    _check(rows, row, "send fewer at a time, or set `top`" if shown else "send fewer at a time")


def check_tensors(model: Model, rows: int, outputs: Iterable[tuple[TensorSpec, bool]]) -> None:
    """Refuse rows whose answers take too much memory. `outputs` are the requested outputs, each with whether it is
    binary.

    Raises:
        TooLarge: the answers take more than `ANSWER_BYTES`.
    """
    longest = max(map(len, model.data.classes), default=0)
    row = 0
    for spec, binary in outputs:
        row += prod(spec.shape) * (_BINARY_BYTES if binary else NUMBER_BYTES)
        row += longest if spec.type == "text" else 0
    _check(rows, row, "send fewer at a time, or ask for `binary_data`")


def _check(rows: int, row: int, advice: str) -> None:
    if rows * row > ANSWER_BYTES:
        raise TooLarge(f"{rows:,} answers of this width are too many for one request: {advice}")
