"""Shortcuts of residual connections: which projection turns one shape into another, and the advice if no projection
does."""

from gradus.spec.conv import MAX_KERNEL, Conv, SeparableConv
from gradus.spec.layer import Residual
from gradus.spec.nodes.misfit import Misfit, in_words
from gradus.spec.pool import AvgPool, MaxPool


def projection_stride(before: tuple[int, ...], after: tuple[int, ...]) -> int | None:
    """The stride with which a 1 × 1 convolution turns one shape into the other, 1 for a dense layer; None if there is
    none."""
    if len(before) != len(after):
        return None
    sizes = list(zip(before[:-1], after[:-1], strict=True))
    return next((s for s in range(1, MAX_KERNEL + 1) if all(-(-n // s) == m for n, m in sizes)), None)


def shortcut_misfit(name: str, layer: Residual, before: tuple[int, ...], after: tuple[int, ...]) -> Misfit | None:
    """What is wrong with the shortcut of a residual connection whose layers turn the shape `before` into `after`."""
    fits = projection_stride(before, after) is not None
    if layer.shortcut == "identity":
        message = f"identity cannot add {in_words(before)} to {in_words(after)}"
        advice = "use auto" if fits else _advice(layer, before, after)
        return Misfit(f"{name}/shortcut", f"{message}: {advice}", layer.shortcut)
    if fits:
        return None
    message = f"no projection turns {in_words(before)} into {in_words(after)}"
    return Misfit(name, f"{message}: {_advice(layer, before, after)}", layer.kind)


def _advice(layer: Residual, before: tuple[int, ...], after: tuple[int, ...]) -> str:
    """Advice on how to make the shapes fit. With padding `same` and without pooling, sizes are ⌈size / stride⌉, as for
    a projection."""
    if len(before) != len(after):
        return "put dense layers after the residual, or flatten before it"
    if any(isinstance(inner, Conv | SeparableConv) and _shrinks(inner) for inner in layer.layers):
        return "use padding same in the layers within"
    if any(isinstance(inner, MaxPool | AvgPool) for inner in layer.layers):
        return "put pooling before or after the residual"
    return f"use strides in the layers within whose product is at most {MAX_KERNEL}"


def _shrinks(layer: Conv | SeparableConv) -> bool:
    """Whether the layer's padding has another effect than `same`."""
    return layer.padding != "same" and 2 * layer.padding != layer.dilation * (layer.kernel - 1)
