"""Estimates of the memory that a run needs, from its spec and the shape of its data. All numbers are float32, 4 bytes
each, including those rounded to bfloat16, except the pixels of images, which are bytes."""

from collections.abc import Iterator
from itertools import accumulate
from math import prod
from typing import assert_never

from gradus.dataset_plan import DatasetPlan
from gradus.spec.augment import NOISE_NUMBERS, Noise, drawn_numbers, mixes
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.gradients import needed_gradients
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.graph import INPUT, LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, AnyOptimizer, Momentum, RMSProp
from gradus.spec.rounding import Copies, copies
from gradus.spec.statistics import SAMPLED_EXAMPLES

FLOAT32_BYTES = 4
INT64_BYTES = 8
"""Class labels and the permutation of an epoch are int64."""
FREED_BLOCKS = 2
"""Factor for values that are freed during a step: the C library keeps their memory, which blocks of other sizes cannot
reuse. With this factor, estimates were within 20 % of the measured peaks."""
MAP_COPIES = 5
"""Numbers that are needed to move a pixel: the pixel before and after, the place of its source, and intermediate
results."""
MAX_EVALUATION_NUMBERS = 2**21
"""Maximum size of a layer's output while a split is evaluated."""


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


def member_bytes(experiment: Spec, data: DatasetPlan, network: NetworkPlan) -> int:
    """Estimate of the bytes that each member of an array needs: all except the data set."""
    numbers = network.parameters * _copies(state_per_parameter(experiment.optimizer)) + _rounded_weights(
        experiment, network
    )
    passes = max(_evaluation(data, network), _statistics(experiment, data, network))
    step = _step(experiment, data, network) + _twice(experiment, data, network)
    values = numbers + step + passes + _drawing(experiment, data)
    return FLOAT32_BYTES * values


def step_bytes(experiment: Spec, data: DatasetPlan, network: NetworkPlan) -> int:
    """Bytes that a member's training step touches: parameters, gradient, optimizer state and activations."""
    numbers = network.parameters * (2 + state_per_parameter(experiment.optimizer)) + _rounded_weights(
        experiment, network
    )
    return FLOAT32_BYTES * (numbers + _step(experiment, data, network))


def data_bytes(data: DatasetPlan) -> int:
    """Bytes of all three splits, which stay in memory, and of an epoch's permutation."""
    examples = data.train_examples + data.validation_examples + data.test_examples
    target = INT64_BYTES if data.task == "classification" else FLOAT32_BYTES * data.outputs
    return examples * (data.bytes_per_input * data.inputs + target) + INT64_BYTES * data.train_examples


def _copies(state: int) -> int:
    """Numbers stored for each parameter: its value, gradient, best value and optimizer state; a copy, from before the
    last few steps, of everything that a step changes; and a checkpoint being written, which includes the best value."""
    changed = 1 + state
    return changed + 2 + changed + (changed + 1)


def evaluation_rows(network: NetworkPlan) -> int:
    """Examples per evaluation batch: 1024, or fewer where the widest layer would exceed `MAX_EVALUATION_NUMBERS`."""
    widest = max(network.inputs, *(layer.widest for layer in network.layers))
    return max(1, min(1024, MAX_EVALUATION_NUMBERS // widest))


def _step(experiment: Spec, data: DatasetPlan, network: NetworkPlan) -> int:
    """Numbers in one training step: the batch, the layers' own memory, and the largest additional memory of values and
    gradients in the backward pass."""
    batch = examples_per_step(experiment.batch_size, data.train_examples)
    inputs = network.inputs * (1 + (network.input_dropout > 0))
    rounded = [_copies_of(layer, experiment) for layer in network.layers]
    own = _values(network) + sum(copied.held for copied in rounded)
    held = accumulate(layer.held for layer in network.layers)  # a backward pass frees what it was held for
    moments = (layer.passing + copied.passing for layer, copied in zip(network.layers, rounded, strict=True))
    passing = max(until + FREED_BLOCKS * moment for until, moment in zip(held, moments, strict=True))
    return batch * (inputs + own + passing + _augmentation(experiment, network))


def _values(network: NetworkPlan) -> int:
    """The layers' own memory. The gradient of flattened inputs is needed only if a layer before it learns."""
    needed = needed_gradients(network)
    return sum(
        layer.values for layer in network.layers if not isinstance(layer, FlattenPlan) or any(needed[layer.name])
    )


def _twice(experiment: Spec, data: DatasetPlan, network: NetworkPlan) -> int:
    """Numbers in the largest value that every step allocates again and keeps for its backward pass. It is in memory
    twice: to align a block, the C library needs a few bytes more than the block that the previous step has freed, and
    so cannot reuse it. Measured peaks of the second step exceeded those of the first by exactly this value."""
    return examples_per_step(experiment.batch_size, data.train_examples) * max(layer.held for layer in network.layers)


def _augmentation(experiment: Spec, network: NetworkPlan) -> int:
    """Numbers that the augmentation of an example needs: a copy of it, the map of its pixels, intermediate results and
    noise; twice as many for `mixup`."""
    words = experiment.dataset.augment
    if not words:
        return 0
    return network.inputs * (2 if mixes(words) else 1) * (MAP_COPIES + any(isinstance(word, Noise) for word in words))


def _drawing(experiment: Spec, data: DatasetPlan) -> int:
    """Numbers of an epoch's draws, for all training examples: those kept, in float32, those being drawn, in float64,
    and the list of noise."""
    words = experiment.dataset.augment
    if not words:
        return 0
    kept, made = drawn_numbers(words) + 2 * mixes(words), 2 * (2 * drawn_numbers(words) + 6)
    return data.train_examples * (kept + made) + 3 * NOISE_NUMBERS * any(isinstance(word, Noise) for word in words)


def _copies_of(layer: LayerPlan, experiment: Spec) -> Copies:
    return copies(layer) if experiment.precision == "bfloat16" else Copies()


def _rounded_weights(experiment: Spec, network: NetworkPlan) -> int:
    return sum(_copies_of(layer, experiment).of_weights for layer in network.layers)


def _evaluation(data: DatasetPlan, network: NetworkPlan) -> int:
    """Numbers in an evaluation, which keeps only what later layers read, and one layer's weighted sum and output."""
    rows = min(evaluation_rows(network), max(data.validation_examples, data.test_examples))
    return rows * max(read + 2 * layer.widest for read, layer in zip(_read(network), network.layers, strict=True))


def _statistics(experiment: Spec, data: DatasetPlan, network: NetworkPlan) -> int:
    """Numbers in the passes that measure activations: an evaluation with two more values per layer, the slopes and
    their absolute values; and the mean and the largest sum of each unit."""
    if experiment.statistics == "off":
        return 0
    rows = min(evaluation_rows(network), SAMPLED_EXAMPLES, data.train_examples)
    units = 2 * sum(prod(layer.shape) for layer in network.layers)
    return units + rows * max(
        read + 4 * layer.widest for read, layer in zip(_read(network), network.layers, strict=True)
    )


def _read(network: NetworkPlan) -> Iterator[int]:
    """For each layer, the numbers for one example that were computed before it and are read by it or a later layer."""
    sizes = {INPUT: network.inputs, **{layer.name: prod(layer.shape) for layer in network.layers}}
    last = {name: i for i, layer in enumerate(network.layers) for name in layer.inputs}
    known = {INPUT}
    for i, layer in enumerate(network.layers):
        yield sum(sizes[name] for name in known if last[name] >= i)
        known.add(layer.name)
