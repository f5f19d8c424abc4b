"""The number format of the matrix products."""

from typing import Literal

Precision = Literal["float32", "bfloat16"]
"""`bfloat16` rounds the operands of matrix products; weights, sums, statistics and updates stay in float32."""
