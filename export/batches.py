"""How many rows are computed at once: by their memory, as a row of a large picture can take megabytes."""

from collections.abc import Iterator, Mapping
from math import prod

from export.signature import Signature, TensorType, signature
from export.trained import Trained
from preprocessing.column import Column

BATCH_BYTES = 64 << 20
"""The largest result of a layer, and answers as Python has them."""
ROWS = 1024
"""Of small networks: enough for their products, little for the memory."""
SAMPLE = 16
"""Rows on which a model is checked."""
NUMBER_BYTES = 100
"""A number of an answer as Python has it: itself, and its place in a dictionary with its name."""
_SIZES: Mapping[TensorType, int] = {"float64": 8, "float32": 4, "int64": 8, "uint8": 1, "bool": 1, "text": 8}
_FLOAT32, _FLOAT64 = 4, 8


def rows_at_once(trained: Trained, members: int = 1) -> int:
    """Rows for which the widest result of a layer, and what so many members of an ensemble say, fit into the budget; at
    least one."""
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
    """The columns in pieces of at most so many rows."""
    for first in range(0, rows, at_once):
        part = slice(first, min(first + at_once, rows))
        yield {name: column.at(part) for name, column in columns.items()}


def sample_rows(trained: Trained) -> int:
    """Rows on which a model is checked: fewer of a wide network, which is computed in float64, too."""
    return min(SAMPLE, rows_at_once(trained))


def row_bytes(taken: Signature) -> int:
    """Bytes of a row as a model takes it; a text counts as its place alone."""
    return sum(prod(one.shape) * _SIZES[one.type] for one in taken.inputs)
