"""Forks: a spec with changes, and whether one network can go on with the weights of another."""

from typing import Any

from gradus.merge import merged
from gradus.spec.experiment import Spec
from gradus.spec.initializer import resolve_init
from gradus.spec.layer import Dense
from gradus.spec.network import DensePlan, plan
from gradus.wire.problem import Mistake


def changed(experiment: Spec, changes: dict[str, Any]) -> Spec:
    """The experiment with a merge patch's changes. A layer whose key is the experiment's own follows its change.

    Raises:
        ValidationError: that is no valid spec.
    """
    return Spec.model_validate(merged(unresolved(experiment.resolved()), changes))


def misfits(old: Spec, new: Spec) -> tuple[Mistake, ...]:
    """Why the weights of one do not fit the other, layer by layer; nothing if they do."""
    before, after = plan(old), plan(new)
    names = {layer.name for layer in (*before.layers, *after.layers)}
    first, second = ({layer.name: layer for layer in one.layers} for one in (before, after))
    order = sorted(names, key=lambda name: (name == "output", len(name), name))
    found = (_misfit(name, first.get(name), second.get(name)) for name in order)
    return tuple(mistake for mistake in found if mistake is not None)


def unresolved(resolved: Spec | dict[str, Any]) -> dict[str, Any]:
    """The document of a resolved spec. What a layer has from the experiment is left out of the layer, and so is the
    number of validation examples that the data set has anyway: another data set has its own. A spec of which not all is
    known here stays as it is."""
    if isinstance(resolved, dict):
        return resolved
    document = resolved.model_dump(mode="json")
    if resolved.dataset.validation_examples == resolved.dataset.facts.default_validation:
        del document["dataset"]["validation_size"]
    for layer, written in zip(resolved.layers, document["layers"], strict=True):
        for key in _inherited(resolved, layer):
            del written[key]
    return document


def _inherited(experiment: Spec, layer: Dense) -> list[str]:
    """The keys of a resolved layer that say what the experiment says anyway."""
    assert layer.activation is not None
    own = {
        "activation": experiment.activation,
        "init": resolve_init(experiment.init, layer.activation),
        "batch_norm": experiment.batch_norm,
        "dropout": experiment.dropout,
    }
    return [key for key, value in own.items() if getattr(layer, key) == value]


def _misfit(name: str, old: DensePlan | None, new: DensePlan | None) -> Mistake | None:
    if old is None or new is None:
        whose = "the checkpoint has no such layer" if old is None else "the checkpoint has this layer too"
        return Mistake(path=name, message=f"{whose}: fork from the start instead")
    shapes = (_shape(old), _shape(new))
    if shapes[0] == shapes[1]:
        return None
    return Mistake(path=name, message=f"has {shapes[1]}, the checkpoint {shapes[0]}: fork from the start instead")


def _shape(layer: DensePlan) -> str:
    """What decides which numbers a layer has."""
    parts = [f"weights of {layer.fan_in} x {layer.units}", "a bias" if layer.bias else "no bias"]
    parts.append("batch_norm" if layer.batch_norm else "no batch_norm")
    return ", ".join(parts)
