"""Which gradients the backward pass of a network computes."""

from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.graph import INPUT


def needed_gradients(plan: NetworkPlan) -> dict[str, tuple[bool, ...]]:
    """For each node by name, whether the gradient with respect to each of its inputs is needed: it is if the input, or
    a node before it, has parameters to learn."""
    learns = {INPUT: False}
    needed: dict[str, tuple[bool, ...]] = {}
    for layer in plan.layers:
        needed[layer.name] = tuple(learns[name] for name in layer.inputs)
        learns[layer.name] = bool(layer.tensors) or any(needed[layer.name])
    return needed
