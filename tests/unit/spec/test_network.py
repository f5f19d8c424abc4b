"""The plan of a network is a graph of nodes with shapes and costs."""

from math import prod
from typing import Any

import pytest

from gradus.errors import InvalidSpec
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.graph import INPUT
from tests.built_in import resolved
from tests.unit.training.images import NETWORKS as IMAGES
from tests.unit.training.images import conv

FOR_TWO_CHANNELS = {"groups"}
NETWORKS: dict[str, list[Any]] = {
    "no hidden layer": [],
    "dense": [300, 100],
    "scale": [{"kind": "scale"}, 7, {"kind": "scale"}],
    **{name: words["layers"] for name, words in IMAGES.items() if name not in FOR_TWO_CHANNELS},
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


def test_keras_network_for_mnist_has_keras_parameters() -> None:
    """keras.io/examples/vision/mnist_convnet gives 34 826 parameters."""
    network = _network([conv(32, padding=0), "max_pool", conv(64, padding=0), "max_pool", "flatten"])
    _consistent(network)
    assert [node.shape for node in network.layers] == [
        (26, 26, 32),
        (13, 13, 32),
        (11, 11, 64),
        (5, 5, 64),
        (1600,),
        (10,),
    ]
    assert [node.parameters for node in network.layers] == [320, 0, 18_496, 0, 0, 16_010]
    assert network.multiply_adds == 26 * 26 * 9 * 32 + 11 * 11 * 9 * 32 * 64 + 1600 * 10


def test_grey_images_have_one_channel_and_networks_without_convolutions_read_rows() -> None:
    assert _network([conv()]).input_shape == (28, 28, 1)
    assert _network([300]).input_shape == (784,)
    assert _network([{"kind": "residual", "layers": [784]}]).input_shape == (784,)


def test_a_flatten_is_written_in_before_dense_layers_that_read_images() -> None:
    network = _network([conv(), 5, {"kind": "residual", "layers": [5]}])
    names = [node.name for node in network.layers]
    assert names == ["layers/0", "layers/1/flatten", "layers/1", "layers/2/layers/0", "layers/2", "output"]
    assert [node.name for node in _network(["max_pool"]).layers][-2:] == ["output/flatten", "output"]


def test_a_separable_convolution_is_two_and_costs_less() -> None:
    depthwise, pointwise = _network([conv(8), {"kind": "separable_conv", "channels": 16}]).layers[1:3]
    assert (depthwise.name, pointwise.name) == ("layers/1/depthwise", "layers/1/pointwise")
    assert (depthwise.parameters, pointwise.parameters) == (9 * 8, 8 * 16 + 16)
    assert depthwise.multiply_adds + pointwise.multiply_adds == 28 * 28 * (9 * 8 + 8 * 16)


def test_a_residual_adds_what_it_reads_or_a_projection_of_it() -> None:
    same = _network([conv(8), {"kind": "residual", "layers": [conv(8), conv(8)]}]).layers[3]
    assert (same.name, same.inputs) == ("layers/1", ("layers/1/layers/1", "layers/0"))
    smaller = _network([conv(8), {"kind": "residual", "layers": [conv(16, stride=2)]}])
    assert [node.name for node in smaller.layers[1:4]] == ["layers/1/layers/0", "layers/1/shortcut", "layers/1"]
    assert {node.shape for node in smaller.layers[1:4]} == {(14, 14, 16)}
    forced = _network([{"kind": "residual", "layers": [7, 784], "shortcut": "projection"}])
    assert forced.layers[2].parameters == 784 * 784 + 784


def test_the_last_layer_of_a_residual_has_no_activation_unless_it_sets_one() -> None:
    layers = [
        {"kind": "residual", "layers": [conv(), conv()]},
        {"kind": "residual", "layers": [conv(activation="elu")]},
    ]
    network = _network(layers, activation="tanh")
    assert [node.activation for node in network.layers[:-2]] == ["tanh", "identity", "identity", "tanh", "elu", "tanh"]


FITS_NOT: list[tuple[Any, str, str, str]] = [
    (
        ["max_pool"] * 4 + [conv(kernel=3, padding=0)],
        "mnist",
        "layers/4/kernel",
        "3 does not fit into 1 × 1: take at most 1, or padding same",
    ),
    (
        ["max_pool"] * 2 + [conv(kernel=5, dilation=3, padding=1)],
        "mnist",
        "layers/2/kernel",
        "5, 3 pixels apart, does not fit into 7 × 7 with padding 1: take at most 3, or padding same",
    ),
    (
        [conv(stride=20), {"kind": "max_pool", "size": 3}],
        "mnist",
        "layers/1/size",
        "3 does not fit into 2 × 2: take at most 2",
    ),
    (
        [{"kind": "avg_pool", "padding": 2}],
        "mnist",
        "layers/0/padding",
        "2 is more than half of the size: take at most 1",
    ),
    (
        [128, conv()],
        "mnist",
        "layers/1",
        "conv reads images, but layers/0 turns the image into 128 numbers: put this layer before it",
    ),
    (["flatten"], "wine", "layers/0", "flatten reads images, but 'wine' has rows of 13 numbers: use dense layers"),
    (
        [conv(6), conv(9, groups=4)],
        "mnist",
        "layers/1/groups",
        "4 groups do not divide the 6 channels of its input: take a divisor of both",
    ),
    (
        [{"kind": "residual", "layers": [conv(padding=0)]}],
        "mnist",
        "layers/0",
        "no projection turns 28 × 28 × 1 into 26 × 26 × 4: use padding same in the layers within",
    ),
    (
        [{"kind": "residual", "layers": [conv(2), 10]}],
        "mnist",
        "layers/0",
        "no projection turns 28 × 28 × 1 into 10: put dense layers after the residual, or flatten before it",
    ),
    (
        [conv(stride=3), {"kind": "residual", "layers": [conv(padding=1), {"kind": "max_pool", "stride": 1}]}],
        "mnist",
        "layers/1",
        "no projection turns 10 × 10 × 4 into 9 × 9 × 4: put pooling before or after the residual",
    ),
    (
        [{"kind": "residual", "layers": [conv(1, padding=2)], "shortcut": "identity"}],
        "mnist",
        "layers/0/shortcut",
        "identity cannot add 28 × 28 × 1 to 30 × 30 × 1: use padding same in the layers within",
    ),
    (
        [{"kind": "residual", "layers": [conv()], "shortcut": "identity"}],
        "mnist",
        "layers/0/shortcut",
        "identity cannot add 28 × 28 × 1 to 28 × 28 × 4: use auto",
    ),
    (
        [conv(), {"kind": "residual", "layers": ["max_pool", conv(kernel=15, padding=0)]}],
        "mnist",
        "layers/1/layers/1/kernel",
        "15 does not fit into 14 × 14: take at most 14, or padding same",
    ),
]


@pytest.mark.parametrize(("layers", "dataset", "path", "message"), FITS_NOT)
def test_what_does_not_fit_is_refused_with_what_would(layers: Any, dataset: str, path: str, message: str) -> None:
    with pytest.raises(InvalidSpec) as refusal:
        resolved(Spec(dataset=dataset, layers=layers))
    assert [(mistake.path, mistake.message) for mistake in refusal.value.errors] == [(path, message)]
