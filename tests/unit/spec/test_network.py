"""The plan of a network is a graph of nodes with shapes and costs."""

from math import prod
from typing import Any

import pytest

from gradus.spec.experiment import Spec
from gradus.spec.network import INPUT, NetworkPlan
from tests.built_in import resolved

NETWORKS: dict[str, list[Any]] = {
    "no hidden layer": [],
    "dense": [300, 100],
    "scale": [{"kind": "scale"}, 7, {"kind": "scale"}],
}


def _network(layers: list[Any], **fields: Any) -> NetworkPlan:
    return resolved(Spec(**{"dataset": "mnist", "layers": layers, **fields})).network


def _consistent(network: NetworkPlan) -> None:
    shapes = {INPUT: network.input_shape}
    for node in network.layers:
        assert node.name not in shapes
        assert {shapes[name] for name in node.inputs} == {node.in_shape}, node.name
        shapes[node.name] = node.shape
        assert node.parameters == sum(tensor.size for tensor in node.tensors)
        assert node.widest >= prod(node.shape)
    assert list(shapes)[-1] == "output"
    read = {name for node in network.layers for name in node.inputs}
    assert read == set(shapes) - {"output"}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_every_node_reads_nodes_before_it_in_the_shapes_that_they_have(layers: list[Any]) -> None:
    _consistent(_network(layers))


def test_embeddings_are_the_first_node() -> None:
    network = _network([5], dataset="wine", number_embeddings={"kind": "periodic", "frequencies": 6, "size": 3})
    _consistent(network)
    assert [node.name for node in network.layers] == ["embeddings", "layers/0", "output"]
    assert network.layers[0].multiply_adds == 13 * 6 * 2


def test_a_dense_layer_multiplies_each_input_by_each_weight() -> None:
    network = _network([300, 100])
    assert network.multiply_adds == network.weights == 784 * 300 + 300 * 100 + 100 * 10
