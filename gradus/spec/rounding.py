"""The rounded copies of the operands of matrix products that a run with bfloat16 makes, in float32."""

from dataclasses import dataclass
from math import prod
from typing import assert_never

from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan


@dataclass(frozen=True)
class Copies:
    """The sizes of a layer's copies, in numbers."""

    of_weights: int = 0
    held: int = 0
    """For one example, kept for the whole run or until the backward pass."""
    passing: int = 0
    """For one example, temporarily in the backward pass."""


def copies(layer: LayerPlan) -> Copies:
    """The copies of a layer's operands in the forward pass and in the two products of the backward pass."""
    match layer:
        case EmbeddingsPlan():
            cosines, sums = (len(layer.numbers) * n for n in (layer.periodic.frequencies, layer.periodic.size - 1))
            vectors = sum(2 * block.width + block.size for block in layer.categories)
            return Copies(2 * layer.parameters, 2 * (cosines + sums) + vectors)
        case DensePlan():
            return Copies(2 * layer.fan_in * layer.units, 2 * (layer.fan_in + layer.units))
        case ConvPlan():
            return Copies(2 * layer.fan_in * layer.units, prod(layer.in_shape), prod(layer.shape))
        case ScalePlan() | MaxPoolPlan() | AvgPoolPlan() | GlobalAvgPoolPlan() | FlattenPlan() | AddPlan():
            return Copies()
        case _:
            assert_never(layer)
