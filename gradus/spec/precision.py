"""The number format of the matrix products."""

from typing import Literal

Precision = Literal["float32", "bfloat16"]
"""`bfloat16` rounds the operands of matrix products; weights, sums, statistics and updates stay in float32. It is
emulated: the products are computed in float32 from the rounded operands, so it shows what the format costs in accuracy
and saves no time."""

EMULATED = (
    "precision bfloat16 is emulated: products are computed in float32 from rounded operands, which shows what the "
    "format costs in accuracy and saves no time"
)
"""The log message of a run with bfloat16 when it starts."""
