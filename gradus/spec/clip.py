"""Gradient clipping by the global norm."""

from typing import Annotated

from pydantic import Field

ClipNorm = Annotated[float, Field(gt=0, le=1e9)]
"""Maximum L2 norm of the whole gradient, penalties included; a gradient with a larger norm is scaled down to it.

Source: Pascanu et al., On the difficulty of training recurrent neural networks, 2013.
"""
