"""The nodes of a network, built from the layers of a spec whose defaults are written out."""

from dataclasses import dataclass
from math import prod
from typing import assert_never

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.conv import Conv, SeparableConv
from gradus.spec.dropout import DropoutRate
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.experiment import Spec
from gradus.spec.flatten import Flatten
from gradus.spec.initializer import ConcreteInitializer, resolve_init
from gradus.spec.layer import AnyLayer, Dense, ImageLayer, Residual, WeightedLayer, layers_within
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.misfit import Misfit, conv_misfit, pool_misfit
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan
from gradus.spec.nodes.shortcut import projection_stride, shortcut_misfit
from gradus.spec.pool import AvgPool, GlobalAvgPool, MaxPool
from gradus.spec.scale import Scale

LayerPlan = (
    EmbeddingsPlan
    | DensePlan
    | ScalePlan
    | ConvPlan
    | MaxPoolPlan
    | AvgPoolPlan
    | GlobalAvgPoolPlan
    | FlattenPlan
    | AddPlan
)

INPUT = "input"
"""The name of the network's input, for the nodes that read it."""


@dataclass(frozen=True)
class _Choices:
    """The settings of a layer with weights besides its shape, with every default written out."""

    activation: Activation
    init: ConcreteInitializer
    batch_norm: BatchNorm | None
    dropout: DropoutRate
    bias: bool


def reads_images(experiment: Spec) -> bool:
    """Whether the network reads images as images rather than as rows of numbers."""
    return any(isinstance(layer, ImageLayer) for outer in experiment.layers for layer in layers_within(outer))


class Graph:
    """The nodes so far, each of which reads nodes before it."""

    def __init__(self, experiment: Spec, shape: tuple[int, ...]) -> None:
        """`shape` is the shape of one example."""
        self._experiment = experiment
        self.nodes: list[LayerPlan] = []
        self._name, self._shape = INPUT, shape

    def add(self, node: LayerPlan) -> None:
        """Add a node, which the next one reads."""
        self.nodes.append(node)
        self._name, self._shape = node.name, node.shape

    def add_layer(self, name: str, layer: AnyLayer) -> None:
        """Add the nodes of a layer.

        Raises:
            Misfit: the layer does not fit the shape of its input.
        """
        if isinstance(layer, ImageLayer) and len(self._shape) == 1:
            raise Misfit(name, f"{layer.kind} reads images, but {self._source()}", layer.kind)
        match layer:
            case Dense():
                self._add_dense(name, layer.units, _choices(layer))
            case Scale():
                self.add(ScalePlan(name, (self._name,), self._shape, layer.lr_factor))
            case Conv():
                self._add_conv(name, layer, layer.channels, layer.groups, _choices(layer))
            case SeparableConv():
                self._add_separable(name, layer, _choices(layer))
            case MaxPool() | AvgPool():
                self._add_pool(name, layer)
            case GlobalAvgPool():
                self.add(GlobalAvgPoolPlan(name, (self._name,), self._shape))
            case Flatten():
                self.add(FlattenPlan(name, (self._name,), self._shape))
            case Residual():
                self._add_residual(name, layer)
            case _:
                assert_never(layer)

    def add_output(self, units: int) -> None:
        """Add the output layer."""
        init = resolve_init(self._experiment.output_init or self._experiment.init, "identity")
        self._add_dense("output", units, _Choices("identity", init, None, 0.0, bias=True))

    def _source(self) -> str:
        """The source of the current shape, for error messages."""
        if self._name == INPUT:
            return f"'{self._experiment.dataset.name}' has rows of {self._shape[0]} numbers: use dense layers"
        return f"{self._name} turns the image into {self._shape[0]} numbers: put this layer before it"

    def _add_dense(self, name: str, units: int, own: _Choices) -> None:
        if len(self._shape) > 1:
            self.add(FlattenPlan(f"{name}/flatten", (self._name,), self._shape))
        fan_in = self._shape[0]
        self.add(
            DensePlan(
                name, (self._name,), fan_in, units, own.activation, own.init, own.batch_norm, own.dropout, own.bias
            )
        )

    def _add_conv(self, name: str, layer: Conv | SeparableConv, channels: int, groups: int, own: _Choices) -> None:
        total = layer.dilation * (layer.kernel - 1)
        padding = (total // 2, total - total // 2) if layer.padding == "same" else (layer.padding, layer.padding)
        node = ConvPlan(
            name,
            (self._name,),
            self._shape,
            channels,
            layer.kernel,
            layer.stride,
            padding,
            layer.dilation,
            groups,
            own.activation,
            own.init,
            own.batch_norm,
            own.dropout,
            own.bias,
        )
        if (misfit := conv_misfit(node)) is not None:
            raise misfit
        self.add(node)

    def _add_separable(self, name: str, layer: SeparableConv, own: _Choices) -> None:
        channels = self._shape[2]
        depthwise = _Choices("identity", own.init, None, 0.0, bias=False)
        self._add_conv(f"{name}/depthwise", layer, channels, channels, depthwise)
        self._add_conv(f"{name}/pointwise", SeparableConv(channels=layer.channels, kernel=1), layer.channels, 1, own)

    def _add_pool(self, name: str, layer: MaxPool | AvgPool) -> None:
        kind = MaxPoolPlan if isinstance(layer, MaxPool) else AvgPoolPlan
        node = kind(name, (self._name,), self._shape, layer.size, layer.stride or layer.size, layer.padding)
        if (misfit := pool_misfit(node)) is not None:
            raise misfit
        self.add(node)

    def _add_residual(self, name: str, layer: Residual) -> None:
        assert layer.activation is not None
        source, before = self._name, self._shape
        for i, inner in enumerate(layer.layers):
            self.add_layer(f"{name}/layers/{i}", inner)
        end, after = self._name, self._shape
        if before != after or layer.shortcut == "projection":
            if (misfit := shortcut_misfit(name, layer, before, after)) is not None:
                raise misfit
            self._name, self._shape = source, before
            self._add_projection(f"{name}/shortcut", after)
            source = self._name
        self.add(AddPlan(name, (end, source), after, layer.activation))

    def _add_projection(self, name: str, shape: tuple[int, ...]) -> None:
        """Add a node that projects the current shape to this shape."""
        experiment, stride = self._experiment, projection_stride(self._shape, shape)
        assert stride is not None
        init = resolve_init(experiment.init, "identity")
        own = _Choices("identity", init, experiment.batch_norm or None, 0.0, bias=True)
        if len(shape) == 1:
            self._add_dense(name, shape[0], own)
        else:
            self._add_conv(name, Conv(channels=shape[2], kernel=1, stride=stride), shape[2], 1, own)


def _choices(layer: WeightedLayer) -> _Choices:
    assert layer.activation is not None
    assert layer.init is not None
    assert layer.dropout is not None
    init = resolve_init(layer.init, layer.activation)
    return _Choices(layer.activation, init, layer.batch_norm or None, layer.dropout, layer.bias)


def image_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape (height, width, channels) of images, also of grey ones, which may be (height, width); for other data,
    the shape unchanged."""
    match shape:
        case (height, width):
            return height, width, 1
        case (_, _, _):
            return shape
        case _:
            return (prod(shape),)
