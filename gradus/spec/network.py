"""The network that a spec describes for its data, layer by layer: shapes and numbers of parameters.

Pure arithmetic: the API uses it for dry runs, and `models.network` builds networks from it.
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import ClassVar, assert_never

from gradus.dataset_plan import DatasetPlan
from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.embeddings import EmbeddingsPlan, embeddings_plan
from gradus.spec.experiment import Spec
from gradus.spec.initializer import ConcreteInitializer, Normal, Ntk, Zeros, resolve_init
from gradus.spec.layer import AnyLayer, Dense
from gradus.spec.loss import Task
from gradus.spec.scale import Scale
from gradus.spec.tensor_plan import TensorPlan


@dataclass(frozen=True)
class DensePlan:
    """A dense layer with every default resolved. The output layer is a dense layer with the identity activation."""

    kind: ClassVar[str] = "dense"

    name: str
    """The layer's path in the spec, such as `layers/0`, or `output`; error messages use the same name."""
    fan_in: int
    units: int
    activation: Activation
    init: ConcreteInitializer
    batch_norm: BatchNorm | None
    dropout: float
    bias: bool

    @property
    def input_factor(self) -> float:
        """Factor of the inputs: 1/sqrt(fan_in) in NTK form."""
        return 1 / sqrt(self.fan_in) if isinstance(self.init, Ntk) else 1.0

    @property
    def tensors(self) -> tuple[TensorPlan, ...]:
        """The learned tensors: the weights, then the vectors."""
        vector = (1, self.units)
        weight = TensorPlan("weight", (self.fan_in, self.units), self.init, is_weight=True)
        norm = (TensorPlan("gamma", vector, 1.0), TensorPlan("beta", vector, 0.0)) if self.batch_norm else ()
        return (weight, *((self._bias(vector),) if self.bias else ()), *norm)

    def _bias(self, shape: tuple[int, int]) -> TensorPlan:
        if not isinstance(self.init, Ntk):
            return TensorPlan("bias", shape, 0.0)
        initial = Normal(std=self.init.bias_std) if self.init.bias_std else 0.0
        return TensorPlan("bias", shape, initial, self.init.bias_lr_factor)

    @property
    def running(self) -> tuple[TensorPlan, ...]:
        """The running statistics, which are not learned."""
        if self.batch_norm is None:
            return ()
        return TensorPlan("running_mean", (1, self.units), 0.0), TensorPlan("running_variance", (1, self.units), 1.0)

    @property
    def weights(self) -> int:
        """Number of weights; the matrix has the shape (fan_in, units)."""
        return self.fan_in * self.units

    @property
    def parameters(self) -> int:
        """Number of learned parameters: weights, bias, gamma and beta."""
        return sum(tensor.size for tensor in self.tensors)

    @property
    def values(self) -> int:
        """Numbers that it computes for one example in training: weighted sum, activation, the outputs of batch norm and
        dropout, and in NTK form the scaled inputs."""
        scaled = self.fan_in * isinstance(self.init, Ntk)
        return self.units * (2 + (self.batch_norm is not None) + (self.dropout > 0)) + scaled

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return self.units

    def alike(self) -> "DensePlan":
        """The plan without what may differ between the members of an array."""
        init = Ntk() if isinstance(self.init, Ntk) else Zeros()
        return replace(self, init=init, dropout=0.0)


@dataclass(frozen=True)
class ScalePlan:
    """A layer of learned factors."""

    kind: ClassVar[str] = "scale"
    activation: ClassVar[Activation] = "identity"
    dropout: ClassVar[float] = 0.0
    weights: ClassVar[int] = 0
    running: ClassVar[tuple[TensorPlan, ...]] = ()

    name: str
    units: int
    lr_factor: float

    @property
    def fan_in(self) -> int:
        """Number of inputs."""
        return self.units

    @property
    def tensors(self) -> tuple[TensorPlan, ...]:
        """The factors."""
        return (TensorPlan("scale", (1, self.units), 1.0, self.lr_factor),)

    @property
    def parameters(self) -> int:
        """Number of factors."""
        return self.units

    @property
    def values(self) -> int:
        """Numbers that it computes for one example in training: its output, and a product in the backward pass."""
        return 2 * self.units

    @property
    def widest(self) -> int:
        """Numbers of its widest value for one example in an evaluation."""
        return self.units

    def alike(self) -> "ScalePlan":
        """The plan without what may differ between the members of an array."""
        return replace(self, lr_factor=1.0)


LayerPlan = EmbeddingsPlan | DensePlan | ScalePlan


@dataclass(frozen=True)
class NetworkPlan:
    """A network: every layer from the embeddings, if there are any, and the first hidden layer to the output layer."""

    inputs: int
    input_dropout: float
    layers: tuple[LayerPlan, ...]
    task: Task

    @property
    def parameters(self) -> int:
        """Number of learned parameters of the whole network."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return self.layers[-1].units


def plan(experiment: Spec, data: DatasetPlan) -> NetworkPlan:
    """The network of an experiment; its inputs, output layer and task follow from the data."""
    return plan_written(experiment.written_out(), data)


def plan_written(experiment: Spec, data: DatasetPlan) -> NetworkPlan:
    """The network of an experiment whose defaults are written out. Without blocks, all inputs are numbers."""
    embeddings = embeddings_plan(data.inputs, data.blocks, experiment.number_embeddings)
    layers: list[LayerPlan] = [] if embeddings is None else [embeddings]
    fan_in = data.inputs if embeddings is None else embeddings.units
    for i, layer in enumerate(experiment.layers):
        layers.append(_hidden(f"layers/{i}", fan_in, layer))
        fan_in = layers[-1].units
    init = resolve_init(experiment.output_init or experiment.init, "identity")
    output = DensePlan("output", fan_in, data.outputs, "identity", init, None, 0.0, bias=True)
    return NetworkPlan(data.inputs, experiment.input_dropout, (*layers, output), data.task)


def _hidden(name: str, fan_in: int, layer: AnyLayer) -> LayerPlan:
    match layer:
        case Dense():
            return _dense(name, fan_in, layer)
        case Scale():
            return ScalePlan(name, fan_in, layer.lr_factor)
        case _:
            assert_never(layer)


def _dense(name: str, fan_in: int, layer: Dense) -> DensePlan:
    assert layer.activation is not None
    assert layer.init is not None
    assert layer.dropout is not None
    return DensePlan(
        name,
        fan_in,
        layer.units,
        layer.activation,
        resolve_init(layer.init, layer.activation),
        layer.batch_norm or None,
        layer.dropout,
        layer.bias,
    )
