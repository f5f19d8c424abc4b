"""The names of a sweep's experiments."""

from dataclasses import replace

from gradus.resolved import ResolvedSpec
from gradus.sweep.request import SweepRequest

_LONGEST = 200


def named(resolved: ResolvedSpec, request: SweepRequest, label: str, seed: int) -> ResolvedSpec:
    """The experiment with this seed, and a name from the sweep's name, the label and the seed."""
    sweep = f"{_shortened(request.name, _LONGEST // 2)}: " if request.name else ""
    which = f", seed {seed}" if len(request.all_seeds) > 1 else ""
    name = _shortened(f"{sweep}{label}", _LONGEST - len(which)) + which
    return replace(resolved, spec=resolved.spec.model_copy(update={"seed": seed, "name": name}))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
