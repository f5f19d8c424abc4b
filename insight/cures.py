"""Patches of a spec that also reach layers with keys of their own, which would not inherit a change of the
experiment's."""

from collections.abc import Mapping
from typing import Any

from gradus.fork import unresolved
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from gradus.spec.optimizer import Adam, AdamW, RMSProp
from gradus.wire.finding import Patch
from insight.words import rounded

INHERITED = frozenset({"activation", "init", "batch_norm", "dropout"})
"""The keys that layers inherit from the experiment."""

USUAL = {"sgd": 0.1, "momentum": 0.01, "adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001, "adamw": 0.001}
"""Learning rates that suit most networks with suitable initial weights."""
FAR, FAR_ABOVE = 100, 20
"""A learning rate is far from the usual one if it is lower or higher by these factors."""
FORGETFUL = 0.9, 0.5
"""beta2 of Adam and rho of RMSProp below which steps are divided by the size of the last few gradients."""
SIGMOID_LAYERS = 2
"""Number of sigmoid layers from which on Xavier weights lose the signal: each layer passes at most a quarter of the
gradient."""


def cure(spec: Spec, changes: Mapping[str, Any], why: str) -> Patch:
    """A patch with these changes. If a layer has its own value for a changed key, the patch replaces all layers."""
    changed = INHERITED & changes.keys()
    layers = unresolved(spec)["layers"]
    bare = [_without(layer, changed) for layer in layers]
    return Patch(patch={**changes, "layers": bare} if bare != layers else dict(changes), why=why)


def auto_init(spec: Spec) -> Patch:
    """Initial weights that fit the activation functions."""
    also = {} if spec.output_init is None else {"output_init": None}
    return cure(
        spec,
        {"init": {"kind": "auto"}, **also},
        "He or Xavier initialization, as the activation function needs, keeps signals and gradients at one scale.",
    )


def fitting_init(spec: Spec, network: NetworkPlan) -> Patch:
    """Initial weights that fit the activation. Several sigmoid layers lose the signal whatever their weights: then the
    patch also changes them to ReLU."""
    sigmoid = [layer for layer in network.layers if getattr(layer, "activation", None) == "sigmoid"]
    return relu(spec) if len(sigmoid) >= SIGMOID_LAYERS else auto_init(spec)


def at_usable_rate(patch: Patch, spec: Spec) -> Patch:
    """The patch, with the optimizer's usual learning rate if the spec's is far from it. Use this for the patches of a
    run, for which the patched network has not been measured."""
    kind, lr = spec.optimizer.kind, spec.optimizer.lr
    usual = USUAL.get(kind)
    if usual is None or "optimizer" in patch.patch or usual / FAR <= lr <= usual * FAR_ABOVE:
        return patch
    optimizer = {"optimizer": {"kind": kind, "lr": usual}}
    return Patch(
        patch={**patch.patch, **optimizer},
        why=f"{patch.why} A learning rate of {lr:g} is far from those that suit {kind}.",
    )


def batch_norm(spec: Spec) -> Patch:
    """Batch normalization in every hidden layer."""
    return cure(spec, {"batch_norm": True}, "Batch normalization sets the scale of each layer, whatever its weights.")


def relu(spec: Spec) -> Patch:
    """An activation function that passes gradients, with the weights that fit it."""
    return cure(
        spec,
        {"activation": "relu", "init": {"kind": "auto"}},
        "ReLU passes half of the gradients undiminished, and He initialization makes up for the other half.",
    )


def longer_memory(spec: Spec) -> tuple[Patch, ...]:
    """A patch with the usual averaging time and learning rate for an optimizer that averages squared gradients over too
    few steps; nothing for other optimizers."""
    optimizer, (beta2, rho) = spec.optimizer, FORGETFUL
    match optimizer:
        case Adam() | AdamW() if optimizer.beta2 < beta2:
            name, usual = "beta2", 0.999
        case RMSProp() if optimizer.rho < rho:
            name, usual = "rho", 0.9
        case _:
            return ()
    change = {"kind": optimizer.kind, "lr": USUAL[optimizer.kind], name: usual}
    why = f"With {name} {getattr(optimizer, name):g} each step is divided by the size of the last few gradients alone."
    return (Patch(patch={"optimizer": change}, why=why),)


def rate(spec: Spec, lr: float, why: str) -> Patch:
    """Another learning rate. The patch names the optimizer's kind, as a spec may leave it to the default."""
    return Patch(patch={"optimizer": {"kind": spec.optimizer.kind, "lr": rounded(lr)}}, why=why)


def _without(layer: dict[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    bare = {key: value for key, value in layer.items() if key not in keys}
    if "layers" in layer:
        bare["layers"] = [_without(inner, keys) for inner in layer["layers"]]
    return bare
