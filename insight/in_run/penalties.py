"""The penalties of a spec, in words, and patches that take them away."""

from typing import Any

from gradus.spec.experiment import Spec
from gradus.spec.optimizer import AdamW
from gradus.wire.finding import Patch
from insight.words import rounded

USUAL_DECAY = 0.01


def decay_of(spec: Spec) -> float:
    """The optimizer's weight decay, which is separate from the gradient; 0 if it has none."""
    return spec.optimizer.weight_decay if isinstance(spec.optimizer, AdamW) else 0.0


def in_words(spec: Spec) -> str:
    """`l1 of 0.1 and l2 of 0.01`."""
    named = {"l1": spec.l1, "l2": spec.l2, "a weight decay": decay_of(spec)}
    return " and ".join(f"{name} of {value:g}" for name, value in named.items() if value)


def without(spec: Spec) -> tuple[Patch, ...]:
    """Patches: first no penalty, then a hundredth of it; both with at most the usual weight decay."""
    none = {name: 0.0 for name in ("l1", "l2") if getattr(spec, name)}
    less = {name: rounded(getattr(spec, name) / 100) for name in none}
    patches = [Patch(patch=_with(spec, none), why="Without a penalty the data decide.")]
    if less:
        patches.append(Patch(patch=_with(spec, less), why="A hundredth of the penalty lets the data decide."))
    return tuple(patches)


def _with(spec: Spec, changes: dict[str, Any]) -> dict[str, Any]:
    if decay_of(spec) <= USUAL_DECAY:
        return changes
    return {**changes, "optimizer": {"kind": "adamw", "weight_decay": USUAL_DECAY}}
