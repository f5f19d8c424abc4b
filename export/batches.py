"""How many rows are computed at once. Their memory limits it, as a row with a large picture can take megabytes."""

from collections.abc import Iterator, Mapping
from math import prod

from export.signature import Signature, TensorType, signature
from export.trained import Trained
from preprocessing.column import Column

BATCH_BYTES = 64 << 20
"""Memory limit for the largest result of a layer, and for answers as Python objects."""
ROWS = 1024
"""Rows at once for small networks: enough for fast matrix products, with little memory."""
SAMPLE = 16
"""Rows on which a model is checked."""
NUMBER_BYTES = 100
"""Bytes that each number of an answer takes in Python: the number itself, and its entry, with its name, in a
dictionary."""
_SIZES: Mapping[TensorType, int] = {"float64": 8, "float32": 4, "int64": 8, "uint8": 1, "bool": 1, "text": 8}
_FLOAT32, _FLOAT64 = 4, 8


def rows_at_once(trained: Trained, members: int = 1) -> int:
    """The number of rows for which the widest result of a layer, and the outputs of all members of an ensemble, fit
    into the limit; at least one."""
    widths = [prod(layer.shape) for layer in trained.plan.layers]
    inner = [tensor.size for name, tensor in trained.tensors.items() if name.endswith(".frequency")]
    widest = max(trained.plan.inputs, *widths, *inner)
    row = max(
        widest * _FLOAT32,
        row_bytes(signature(trained.fitted, trained.data)),
        trained.data.outputs * NUMBER_BYTES,
        trained.data.outputs * members * _FLOAT64,
    )
    return max(1, min(ROWS, BATCH_BYTES // row))


def batches(columns: Mapping[str, Column], rows: int, at_once: int) -> Iterator[dict[str, Column]]:
    """The columns in pieces of at most `at_once` rows."""
    for first in range(0, rows, at_once):
        part = slice(first, min(first + at_once, rows))
        yield {name: column.at(part) for name, column in columns.items()}


def sample_rows(trained: Trained) -> int:
    """The number of rows on which a model is checked. It is smaller for wide networks, as the check also computes in
    float64."""
    return min(SAMPLE, rows_at_once(trained))


def row_bytes(taken: Signature) -> int:
    """Bytes of a row of a model's inputs; a text counts only as a pointer."""
    return sum(prod(one.shape) * _SIZES[one.type] for one in taken.inputs)
