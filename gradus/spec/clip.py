"""Clipping of the gradient by its global norm."""

from typing import Annotated

from pydantic import Field

ClipNorm = Annotated[float, Field(gt=0, le=1e9)]
"""Largest L2 norm of the whole gradient, penalty included; a longer one is scaled down to it.

Source: Pascanu et al., On the difficulty of training recurrent neural networks, 2013.
"""
