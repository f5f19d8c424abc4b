"""Layers that do not fit the shape of their input."""

from typing import Any

from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.pool import PoolPlan


class Misfit(ValueError):
    """A layer does not fit its input; the message says what would fit."""

    def __init__(self, path: str, message: str, value: Any) -> None:
        """`path` is the place in the spec, `value` the value there."""
        super().__init__(message)
        self.path, self.value = path, value


def conv_misfit(node: ConvPlan) -> Misfit | None:
    """What is wrong with a convolution."""
    channels = node.in_shape[2]
    name = node.name.removesuffix("/depthwise")
    for whose, number in (("its input", channels), ("the layer", node.channels)):
        if number % node.groups:
            message = f"{node.groups} groups do not divide the {number} channels of {whose}: take a divisor of both"
            return Misfit(f"{name}/groups", message, node.groups)
    room = min(node.in_shape[:2]) + sum(node.padding)
    if node.dilation * (node.kernel - 1) + 1 <= room:
        return None
    beyond = f" with padding {node.padding[0]}" if node.padding[0] else ""
    spread = f", {node.dilation} pixels apart," if node.dilation > 1 else ""
    message = f"{node.kernel}{spread} does not fit into {in_words(node.in_shape[:2])}{beyond}"
    largest = (room - 1) // node.dilation + 1
    return Misfit(f"{name}/kernel", f"{message}: take at most {largest}, or padding same", node.kernel)


def pool_misfit(node: PoolPlan) -> Misfit | None:
    """What is wrong with a pooling layer."""
    if 2 * node.padding > node.size:
        message = f"{node.padding} is more than half of the size: take at most {node.size // 2}"
        return Misfit(f"{node.name}/padding", message, node.padding)
    room = min(node.in_shape[:2]) + 2 * node.padding
    if node.size <= room:
        return None
    beyond = f" with padding {node.padding}" if node.padding else ""
    message = f"{node.size} does not fit into {in_words(node.in_shape[:2])}{beyond}: take at most {room}"
    return Misfit(f"{node.name}/size", message, node.size)


def in_words(shape: tuple[int, ...]) -> str:
    """28 × 28 × 1."""
    return " × ".join(map(str, shape))
