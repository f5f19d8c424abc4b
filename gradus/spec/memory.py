"""How much memory a run takes: an estimate from the spec alone. Every number is a float32 of 4 bytes."""

from typing import assert_never

from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.network import DensePlan, NetworkPlan, plan
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, AnyOptimizer, Momentum, RMSProp

NUMBER = 4
"""Bytes of a float32."""
CLASS = 8
"""Bytes of an int64, the type of classes and of the places in an epoch's order."""
EVALUATION_NUMBERS = 2**21
"""Most numbers in a layer's output while a split is evaluated."""


def state_per_parameter(optimizer: AnyOptimizer) -> int:
    """Numbers that the optimizer keeps for each parameter."""
    match optimizer:
        case SGD():
            return 0
        case Momentum() | AdaGrad() | RMSProp():
            return 1
        case Adam() | AdamW():
            return 2
        case _:
            assert_never(optimizer)


def memory_bytes(experiment: Spec, network: NetworkPlan | None = None) -> int:
    """Estimate of the bytes that training takes on its device, without the libraries' own. `network` is its plan,
    where it is at hand."""
    return _data(experiment) + member_bytes(experiment, network)


def member_bytes(experiment: Spec, network: NetworkPlan | None = None) -> int:
    """The part of them that each member of an array takes: all but the data set."""
    network = network or plan(experiment)
    numbers = network.parameters * _copies(state_per_parameter(experiment.optimizer))
    return NUMBER * (numbers + max(_step(experiment, network), _evaluation(experiment, network)))


def step_bytes(experiment: Spec) -> int:
    """What a member's training step passes over: parameters, gradient, optimizer's state, and a batch's values."""
    network = plan(experiment)
    numbers = network.parameters * (2 + state_per_parameter(experiment.optimizer))
    return NUMBER * (numbers + _step(experiment, network))


def _copies(state: int) -> int:
    """Numbers for each parameter: itself, its gradient and its best; what the optimizer keeps; all that a step changes
    as it was before the last few steps; and a checkpoint on its way to the disk, which holds the best, too."""
    changed = 1 + state
    return changed + 2 + changed + (changed + 1)


def evaluation_rows(network: NetworkPlan) -> int:
    """Examples that an evaluation sees at once: 1024, or as many as the widest layer lets it."""
    widest = max(network.inputs, *(layer.units for layer in network.layers))
    return max(1, min(1024, EVALUATION_NUMBERS // widest))


def _data(experiment: Spec) -> int:
    """Bytes of all three splits, which stay resident, and of an epoch's order."""
    dataset = experiment.dataset
    examples = dataset.train_examples + dataset.validation_examples + dataset.facts.test_examples
    target = CLASS if dataset.facts.task == "classification" else NUMBER
    return examples * (NUMBER * dataset.facts.inputs + target) + CLASS * dataset.train_examples


def _step(experiment: Spec, network: NetworkPlan) -> int:
    """Numbers of one training step: the batch, and each layer's values forward and, as many again, backward."""
    batch = examples_per_step(experiment.batch_size, experiment.dataset.train_examples)
    inputs = network.inputs * (1 + (network.input_dropout > 0))
    return batch * (inputs + 2 * sum(map(_values, network.layers)))


def _values(layer: DensePlan) -> int:
    """Numbers of a layer for one example: weighted sum, activation, and what batch norm and dropout add."""
    return layer.units * (2 + (layer.batch_norm is not None) + (layer.dropout > 0))


def _evaluation(experiment: Spec, network: NetworkPlan) -> int:
    """Numbers of an evaluation, which keeps only a layer's input, weighted sum and output."""
    dataset = experiment.dataset
    rows = min(evaluation_rows(network), max(dataset.validation_examples, dataset.facts.test_examples))
    return rows * max(layer.fan_in + 2 * layer.units for layer in network.layers)
