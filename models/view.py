"""Views of a step's tensors that are the same objects in every step."""

from collections.abc import Callable
from weakref import ReferenceType, ref

import torch
from torch import Tensor

_NOTHING = torch.empty(0)


class View:
    """A view of a tensor, which stays the same object for as long as the tensor is the same one.

    So code that reads the view binds its products only once, see `models.precision`. If every step makes a new tensor,
    `free` releases it.
    """

    def __init__(self, of: Callable[[Tensor], Tensor]) -> None:
        """`of` returns the view of a tensor."""
        self._of = of
        self._source: ReferenceType[Tensor] | None = None
        self._stays = False
        self.last = _NOTHING
        """The view that was made last; empty if it was freed."""

    def __call__(self, x: Tensor) -> Tensor:
        """The view of x."""
        is_same = self._source is not None and self._source() is x
        if not is_same or self.last is _NOTHING:
            self.last, self._source = self._of(x), ref(x)
        self._stays = is_same
        return self.last

    def free(self) -> None:
        """Release the memory, unless the tensor stays the same from step to step."""
        if not self._stays:
            self.last = _NOTHING
