"""The patches of the catalogue: every change that a finding may suggest, written out for a spec."""

from collections.abc import Iterator, Mapping
from typing import Any

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec

Patch = Mapping[str, Any]
Named = tuple[str, Patch]


def patches(resolved: ResolvedSpec) -> tuple[Named, ...]:
    """The name and the merge patch of each change of this spec that has an effect."""
    spec = resolved.spec
    found = (*_rates(spec), *_layers(spec), *_penalties(spec), *_batches(resolved), *_lengths(spec))
    dataset = spec.dataset
    if dataset.version is None and not dataset.standardize:
        return *found, ("standardize", {"dataset": {"standardize": True}})
    return found


def _rates(spec: Spec) -> Iterator[Named]:
    for name, factor in (("lr/10", 0.1), ("lr/3", 1 / 3), ("lr*3", 3.0), ("lr*10", 10.0)):
        yield name, {"optimizer": {"lr": spec.optimizer.lr * factor}}
    if spec.optimizer.kind != "adam":
        yield "adam", {"optimizer": {"kind": "adam"}}
    yield "clip", {"clip_norm": 1.0 if spec.clip_norm is None else None}
    if spec.schedule.kind != "cosine":
        yield "cosine", {"schedule": {"kind": "cosine"}}
    if spec.schedule.kind != "constant" or spec.schedule.warmup:
        yield "constant rate", {"schedule": {"kind": "constant", "warmup": 0}}


def _layers(spec: Spec) -> Iterator[Named]:
    layers = spec.document()["layers"]
    if not layers:
        return
    if spec.init.kind != "auto":
        yield "auto init", {"init": {"kind": "auto"}}
    if not spec.batch_norm:
        yield "batch norm", {"batch_norm": True}
    for activation in ("relu", "tanh", "leaky_relu"):
        if spec.activation != activation:
            yield activation, {"activation": activation, "init": {"kind": "auto"}}
    yield "widths*4", {"layers": [_wider(layer) for layer in layers]}


def _wider(layer: Mapping[str, Any]) -> Mapping[str, Any]:
    """A layer with four times the units or channels, and otherwise unchanged."""
    size = {name: 4 * layer[name] for name in ("units", "channels") if name in layer}
    within = {"layers": [_wider(one) for one in layer["layers"]]} if "layers" in layer else {}
    return {**layer, **size, **within}


def _penalties(spec: Spec) -> Iterator[Named]:
    if spec.layers:
        yield "dropout .2", {"dropout": 0.2 if spec.dropout != 0.2 else 0.0}
    if spec.dropout:
        yield "dropout/2", {"dropout": spec.dropout / 2}
    yield "l2", {"l2": 1e-4} if not spec.l2 else {"l2": spec.l2 / 100}
    if spec.l1:
        yield "no l1", {"l1": 0.0}


def _batches(resolved: ResolvedSpec) -> Iterator[Named]:
    size = resolved.spec.batch_size
    if size == "full":
        yield "batch 64", {"batch_size": 64}
        return
    yield "batch*4", {"batch_size": 4 * size}
    if size != 32:
        yield "batch 32", {"batch_size": 32}


def _lengths(spec: Spec) -> Iterator[Named]:
    yield "epochs*2", {"epochs": 2 * spec.epochs}
    if spec.early_stopping is None:
        yield "early stopping", {"early_stopping": {"patience": 5}}
