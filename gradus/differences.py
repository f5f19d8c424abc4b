"""Where the specs of several experiments differ."""

from collections.abc import Iterator, Sequence
from typing import Any

from gradus.fork import unresolved
from gradus.spec.experiment import FOR_PEOPLE, Experiment


def differences(specs: Sequence[Experiment]) -> dict[str, tuple[Any, ...]]:
    """The values of every spec at each path where not all are equal; None where a spec has no such path.

    Paths are keys and places in lists, joined by dots: `optimizer.lr`, `layers.0.units`; `optimizer` is its kind.
    What only some can have, such as Adam's betas, is left out where it is what those have anyway.
    """
    flat = [dict(_flat(unresolved(spec))) for spec in specs]
    chosen = {path for spec in specs for path, _ in _flat(spec.model_dump(mode="json", exclude_defaults=True))}
    shared = set.intersection(*(set(one) for one in flat))
    paths = [path for path in dict.fromkeys(path for one in flat for path in one) if path in shared | chosen]
    found = {path: tuple(one.get(path) for one in flat) for path in paths}
    return {path: values for path, values in found.items() if any(value != values[0] for value in values)}


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and values; an object's kind stands at the place of the object, and what is for people stays away."""
    match value:
        case dict():
            if way and "." not in way and "kind" not in value:
                yield way, True  # it is there, whatever its numbers: batch normalisation, early stopping
            for key, inner in value.items():
                if way or key not in FOR_PEOPLE:
                    path = way if key == "kind" else f"{way}.{key}".lstrip(".")
                    yield from _flat(inner, path)
        case list() if not value or any(isinstance(one, dict) for one in value):
            for i, inner in enumerate(value):
                yield from _flat(inner, f"{way}.{i}")
        case _:
            yield way, value
