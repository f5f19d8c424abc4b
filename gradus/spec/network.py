"""The network that a spec describes, layer by layer: shapes and numbers of parameters.

Pure arithmetic: the API uses it for dry runs, and `models.network` builds networks from it.
"""

from dataclasses import dataclass

from gradus.spec.activation import Activation
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.experiment import Spec
from gradus.spec.initializer import ConcreteInitializer, resolve_init
from gradus.spec.layer import Dense
from gradus.spec.loss import Task


@dataclass(frozen=True)
class DensePlan:
    """A dense layer with every default resolved. The output layer is a dense layer with the identity activation."""

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
    def weights(self) -> int:
        """Number of weights; the matrix has the shape (fan_in, units)."""
        return self.fan_in * self.units

    @property
    def parameters(self) -> int:
        """Number of learned parameters: weights, bias, gamma and beta."""
        return self.weights + self.units * (self.bias + 2 * (self.batch_norm is not None))

    @property
    def statistics(self) -> int:
        """Number of running statistics, which are not learned: mean and variance."""
        return 2 * self.units * (self.batch_norm is not None)


@dataclass(frozen=True)
class NetworkPlan:
    """A network: every layer from the first hidden layer to the output layer."""

    inputs: int
    input_dropout: float
    layers: tuple[DensePlan, ...]
    task: Task

    @property
    def parameters(self) -> int:
        """Number of learned parameters of the whole network."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def outputs(self) -> int:
        """Units of the output layer."""
        return self.layers[-1].units


def plan(experiment: Spec) -> NetworkPlan:
    """The network of an experiment; its output layer and task follow from the data set."""
    return plan_resolved(experiment.resolved())


def plan_resolved(experiment: Spec) -> NetworkPlan:
    """The network of a resolved experiment."""
    facts = experiment.dataset.facts
    layers: list[DensePlan] = []
    fan_in = facts.inputs
    for i, layer in enumerate(experiment.layers):
        layers.append(_hidden(f"layers/{i}", fan_in, layer))
        fan_in = layer.units
    init = resolve_init(experiment.init, "identity")
    output = DensePlan("output", fan_in, facts.outputs, "identity", init, None, 0.0, bias=True)
    return NetworkPlan(facts.inputs, experiment.input_dropout, (*layers, output), facts.task)


def _hidden(name: str, fan_in: int, layer: Dense) -> DensePlan:
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
