"""Forks: applying changes to a spec, and checking whether a checkpoint's weights fit the changed network."""

from collections.abc import Collection, Mapping
from typing import Any, assert_never

from gradus.merge import merged
from gradus.spec.activation import Activation
from gradus.spec.embeddings import EmbeddingsPlan
from gradus.spec.experiment import Spec
from gradus.spec.initializer import Ntk, resolve_init
from gradus.spec.layer import AnyLayer, Residual, WeightedLayer
from gradus.spec.loss import is_plain
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.add import AddPlan
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.spec.nodes.plain import FlattenPlan
from gradus.spec.nodes.pool import AvgPoolPlan, GlobalAvgPoolPlan, MaxPoolPlan
from gradus.spec.nodes.scale import ScalePlan
from gradus.spec.pool import AvgPool, MaxPool
from gradus.wire.problem import Mistake


def changed(resolved: Spec, changes: dict[str, Any], default_validation: int | None = None) -> Spec:
    """Apply a merge patch to a resolved spec. Layers inherit a change of the experiment's own keys, unless they
    override it. `default_validation` is the default size of the data set's validation split, if it has one.

    Raises:
        ValidationError: the result is not a valid spec.
    """
    document = unpinned(unresolved(resolved, default_validation), _keys(changes.get("dataset")))
    return Spec.model_validate(merged(document, changes))


def misfits(old: NetworkPlan, new: NetworkPlan) -> tuple[Mistake, ...]:
    """The reasons why the weights of `old` do not fit `new`, layer by layer; empty if they fit."""
    first, second = ({layer.name: layer for layer in one.layers} for one in (old, new))
    order = sorted({**second, **first}, key=_place)
    found = (_misfit(name, first.get(name), second.get(name)) for name in order)
    return tuple(mistake for mistake in found if mistake is not None)


def unresolved(resolved: Spec | dict[str, Any], default_validation: int | None = None) -> dict[str, Any]:
    """The document of a resolved spec without the values that would hide later changes: those that layers inherit, the
    data set's default `validation_size` (if given), and the loss if it is the task's default. The document of a newer
    version's spec is returned unchanged."""
    if isinstance(resolved, dict):
        return resolved
    document = resolved.model_dump(mode="json")
    if document["dataset"].get("validation_size") in {None, default_validation}:
        document["dataset"].pop("validation_size", None)
    if is_plain(resolved.loss):
        del document["loss"]
    for layer, written in zip(resolved.layers, document["layers"], strict=True):
        _drop_inherited(resolved, layer, written, resolved.activation)
    return document


def unpinned(document: dict[str, Any], changed_keys: Collection[str]) -> dict[str, Any]:
    """The document without the version and digest of its data set, if a change of these keys of `dataset` selects
    another data set or version."""
    dataset = document["dataset"]
    dropped = {"version", "digest"} if "name" in changed_keys else {"digest"} if "version" in changed_keys else set()
    if not dropped or not isinstance(dataset, Mapping):
        return document
    return {**document, "dataset": {key: value for key, value in dataset.items() if key not in dropped}}


def _keys(patch: Any) -> Collection[str]:
    return patch.keys() if isinstance(patch, Mapping) else ()


def _drop_inherited(experiment: Spec, layer: AnyLayer, written: dict[str, Any], activation: Activation) -> None:
    """Drop the keys of a resolved layer that follow from others; `activation` is the one that it inherits."""
    if isinstance(layer, Residual):
        if layer.activation == activation:
            del written["activation"]
        inherited: list[Activation] = [activation] * (len(layer.layers) - 1)
        inherited.append("identity")
        for inner, document, own in zip(layer.layers, written["layers"], inherited, strict=True):
            _drop_inherited(experiment, inner, document, own)
    elif isinstance(layer, MaxPool | AvgPool) and layer.stride == layer.size:
        del written["stride"]
    elif isinstance(layer, WeightedLayer):
        for key in _inherited(experiment, layer, activation):
            del written[key]


def _inherited(experiment: Spec, layer: WeightedLayer, activation: Activation) -> list[str]:
    """The keys of a resolved layer whose values equal those that it inherits."""
    assert layer.activation is not None
    own = {
        "activation": activation,
        "init": resolve_init(experiment.init, layer.activation),
        "batch_norm": experiment.batch_norm,
        "dropout": experiment.dropout,
    }
    return [key for key, value in own.items() if getattr(layer, key) == value]


def _place(name: str) -> tuple[bool, list[tuple[int, str]]]:
    """A key to sort layers in the order of the spec: the tenth comes after the ninth, the output last."""
    return name == "output", [(int(part) if part.isdecimal() else -1, part) for part in name.split("/")]


def _misfit(name: str, old: LayerPlan | None, new: LayerPlan | None) -> Mistake | None:
    if old is None or new is None:
        fault = "the checkpoint has no such layer" if old is None else "the fork lacks this layer"
        return Mistake(path=name, message=f"{fault}: fork from the start instead")
    shapes = (_shape(old), _shape(new))
    if shapes[0] == shapes[1]:
        return None
    return Mistake(path=name, message=f"has {shapes[1]}, the checkpoint {shapes[0]}: fork from the start instead")


def _shape(layer: LayerPlan) -> str:
    """The shape of a layer's parameters, for error messages."""
    match layer:
        case EmbeddingsPlan():
            return ", ".join(f"{tensor.name} of {tensor.shape[0]} x {tensor.shape[1]}" for tensor in layer.tensors)
        case ScalePlan():
            return f"{layer.units} factors"
        case DensePlan() | ConvPlan():
            return _weighted_shape(layer)
        case MaxPoolPlan() | AvgPoolPlan() | GlobalAvgPoolPlan() | FlattenPlan() | AddPlan():
            return "no parameters"
        case _:
            assert_never(layer)


def _weighted_shape(layer: DensePlan | ConvPlan) -> str:
    parts = [f"weights of {layer.fan_in} x {layer.units}", "a bias" if layer.bias else "no bias"]
    if isinstance(layer.init, Ntk):
        parts.append("in NTK form")
    parts.append("batch_norm" if layer.batch_norm else "no batch_norm")
    return ", ".join(parts)
