"""What a network computes in evaluation, in plain numpy: the reference for its ONNX model."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from evaluation.logits import sigmoid, softmax
from export.activation import ACTIVATION_FUNCTIONS
from export.images import avg_pooled, convolved, max_pooled
from export.trained import TargetScale, Trained
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.loss import Task
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import INPUT, LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan

Numbers = NDArray[np.floating]


def outputs(trained: Trained, inputs: NDArray[np.float32], dtype: type[np.floating] = np.float64) -> Numbers:
    """The outputs of the last layer, (n, outputs), for inputs (n, inputs); every step is computed in `dtype`."""
    last = trained.plan.layers[-1].name
    return next(found for name, found in layer_outputs(trained, inputs, dtype) if name == last)


def layer_outputs(
    trained: Trained, inputs: NDArray[np.float32], dtype: type[np.floating], until: str | None = None
) -> Iterator[tuple[str, Numbers]]:
    """The name and output, (n, *shape), of each layer in order, for inputs (n, inputs), up to the layer `until`."""
    tensors: dict[str, dict[str, NDArray[np.float32]]] = defaultdict(dict)
    for name, tensor in trained.tensors.items():
        layer_name, _, own_name = name.rpartition(".")
        tensors[layer_name][own_name] = tensor
    found: dict[str, Numbers] = {INPUT: inputs.astype(dtype).reshape(-1, *trained.plan.input_shape)}
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in trained.plan.layers:
            # One layer's tensors at a time: a copy of all weights in float64 takes twice their memory.
            own = {name: tensor.astype(dtype, copy=False) for name, tensor in tensors[layer.name].items()}
            found[layer.name] = _output(layer, own, [found[name] for name in layer.inputs])
            yield layer.name, found[layer.name]
            if layer.name == until:
                return


def answers(trained: Trained, inputs: NDArray[np.float32]) -> tuple[NDArray[Any], NDArray[np.float32] | None]:
    """The predictions and probabilities of a model, in the form that its signature describes."""
    found = outputs(trained, inputs)
    shares = probabilities(trained.data.task, found / trained.temperature)
    narrow = None if shares is None else shares.astype(np.float32)
    match trained.data.task:
        case "classification":
            return np.array(trained.data.classes, dtype=object)[found.argmax(axis=1)][:, None], narrow
        case "multi_label":
            return found > 0, narrow
        case "regression":
            assert trained.target_scale is not None
            return in_own_units(trained.target_scale, found), None
        case _:
            assert_never(trained.data.task)


def _output(  # noqa: PLR0911 - one for each kind
    layer: LayerPlan, tensors: dict[str, Numbers], inputs: list[Numbers]
) -> Numbers:
    """The output of a node, (n, *shape), from the outputs of the nodes that it reads."""
    x = inputs[0]
    match layer:
        case EmbeddingsPlan():
            return _embeddings(layer, tensors, x)
        case DensePlan():
            return _dense(layer, tensors, x)
        case ScalePlan():
            return x * tensors["scale"].reshape(layer.shape)
        case ConvPlan():
            return _finished(layer, tensors, convolved(layer, tensors["weight"], x))
        case MaxPoolPlan():
            return max_pooled(layer, x)
        case AvgPoolPlan():
            return avg_pooled(layer, x)
        case GlobalAvgPoolPlan():
            return np.asarray(x.mean(axis=(1, 2)))
        case FlattenPlan():
            return x.reshape(len(x), -1)
        case AddPlan():
            return ACTIVATION_FUNCTIONS[layer.activation](np.sum(inputs, axis=0))
        case _:
            assert_never(layer)


def probabilities(task: Task, outputs: Numbers) -> Numbers | None:
    """The probability of each class or label, (n, classes); None for regression."""
    match task:
        case "classification":
            return softmax(outputs)
        case "multi_label":
            return sigmoid(outputs)
        case "regression":
            return None
        case _:
            assert_never(task)


def in_own_units(scale: TargetScale, outputs: Numbers) -> NDArray[np.float64]:
    """Predicted targets in their own units, (n, targets), from standardized ones."""
    values: NDArray[np.float64] = outputs.astype(np.float64) * scale.deviation + scale.mean
    return values


def _dense(layer: DensePlan, tensors: dict[str, Numbers], x: Numbers) -> Numbers:
    return _finished(layer, tensors, (x * x.dtype.type(layer.input_factor)) @ tensors["weight"])


def _finished(layer: DensePlan | ConvPlan, tensors: dict[str, Numbers], z: Numbers) -> Numbers:
    """z with the bias, batch normalization and activation function of its layer applied."""
    if "bias" in tensors:
        z = z + tensors["bias"]
    if layer.batch_norm is not None:
        factor, shift = batch_norm(tensors, layer.batch_norm.eps)
        z = z * factor + shift
    return ACTIVATION_FUNCTIONS[layer.activation](z)


def batch_norm(tensors: dict[str, Numbers], eps: float) -> tuple[Numbers, Numbers]:
    """Factor and shift of batch normalization by the running statistics, each (units,)."""
    dtype = tensors["gamma"].dtype
    least = max(eps, float(np.finfo(np.float32).tiny))
    factor = tensors["gamma"] / np.sqrt(tensors["running_variance"] + dtype.type(least))
    return factor, tensors["beta"] - tensors["running_mean"] * factor


def _embeddings(layer: EmbeddingsPlan, tensors: dict[str, Numbers], x: Numbers) -> Numbers:
    parts: list[Numbers] = [x[:, list(layer.kept)]]
    if layer.numbers:
        numbers = x[:, list(layer.numbers)]
        n, f = tensors["frequency"].shape
        angles = numbers[:, :, None] * tensors["frequency"] * x.dtype.type(2 * np.pi) + tensors["phase"]
        functions = tensors["function"].reshape(n, f, -1)
        values = np.einsum("bnf,nfm->bnm", np.cos(angles), functions) + tensors["offset"]
        parts.append(values.reshape(len(x), -1))
    for i, block in enumerate(layer.categories):
        parts.append(x[:, block.start : block.start + block.width] @ tensors[f"category_{i}"])
    return np.concatenate(parts, axis=1)
