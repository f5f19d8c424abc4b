"""What statistics see of a layer: its weighted sums, and the gradient of the loss with respect to them."""

from collections.abc import Callable, Sequence

from torch import Tensor

from models.batch_norm import Normalization
from models.part import Part

See = Callable[[Tensor], None]


class Observation:
    """A part of a layer that changes nothing. It shows what passes between batch normalization and activation: tensors
    (K, n, units), or (K, n · pixels, channels) for images, which are overwritten afterwards."""

    def __init__(self, see_sums: See | None = None, see_gradient: See | None = None) -> None:
        self._see_sums, self._see_gradient = see_sums, see_gradient

    def forward(self, z: Tensor) -> Tensor:
        """Show nothing: training is observed in its backward pass."""
        return z

    def backward(self, dy: Tensor) -> Tensor:
        """Show the gradient with respect to the sums."""
        if self._see_gradient is not None:
            self._see_gradient(dy)
        return dy

    def evaluate(self, z: Tensor) -> Tensor:
        """Show the sums."""
        if self._see_sums is not None:
            self._see_sums(z)
        return z


def observed(parts: Sequence[Part], observation: Observation | None) -> Sequence[Part]:
    """The parts of a layer with only this observation, after batch normalization; without any observation if it is
    None."""
    plain = [part for part in parts if not isinstance(part, Observation)]
    if observation is None:
        return plain
    place = next((i + 1 for i, part in enumerate(plain) if isinstance(part, Normalization)), 0)
    return [*plain[:place], observation, *plain[place:]]
