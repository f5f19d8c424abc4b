"""Images as vectors, for K networks."""

from torch import Tensor

from models.view import View


class FlattenLayer:
    """(K, b, height, width, channels) as (K, b, height·width·channels), in the same memory."""

    def __init__(self, in_shape: tuple[int, ...]) -> None:
        self._in_shape = in_shape
        self._vectors = View(lambda x: x.flatten(2))

    @property
    def output(self) -> Tensor:
        """The vectors of the last forward pass, until the backward pass."""
        return self._vectors.last

    def forward(self, x: Tensor) -> Tensor:
        """The vectors."""
        return self._vectors(x)

    def backward(self, dy: Tensor, *, needs_dx: bool) -> Tensor | None:
        """The same gradient, as images."""
        self._vectors.free()
        return dy.view(*dy.shape[:2], *self._in_shape) if needs_dx else None

    def evaluate(self, x: Tensor) -> Tensor:
        """The vectors."""
        return x.flatten(2)
