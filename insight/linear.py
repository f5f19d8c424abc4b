"""Whether a network computes anything but a weighted sum of its inputs."""

from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.spec.nodes.pool import MaxPoolPlan


def is_nonlinear(network: NetworkPlan) -> bool:
    """Whether a hidden layer has an activation function, or takes a maximum."""
    return any(map(_bends, network.layers[:-1]))


def _bends(layer: LayerPlan) -> bool:
    return isinstance(layer, MaxPoolPlan) or (
        isinstance(layer, DensePlan | ConvPlan | AddPlan) and layer.activation != "identity"
    )
