"""Where several experiments differ: in their specs, and in how they came about."""

from collections.abc import Iterator, Sequence
from typing import Any

from gradus.fork import unresolved
from gradus.spec.experiment import METADATA_FIELDS, Spec
from gradus.wire.experiment import Change, ExperimentRecord


def between(records: Sequence[ExperimentRecord]) -> dict[str, tuple[Any, ...]]:
    """What `differences` finds in their specs, and what else may give them other numbers: other epochs at first, the
    weights of another run, another device. `fingerprint`, where they differ in nothing that has a name."""
    came_about = [_came_about(record) for record in records]
    found = differences([record.spec for record in records])
    for name in came_about[0]:
        values = tuple(one[name] for one in came_about)
        if _differ(values, ignored=(None,) if name == "device" else ()):  # None: it has not begun
            found[name] = values
    prints = tuple(record.fingerprint for record in records)
    return {"fingerprint": prints} if not found and _differ(prints) else found


def changes_between(before: Spec, after: Spec) -> tuple[Change, ...]:
    """Where the second resolved spec differs from the first."""
    found = differences([before, after])
    return tuple(Change(path=path, from_=values[0], to=values[1]) for path, values in found.items())


def _came_about(record: ExperimentRecord) -> dict[str, Any]:
    """By the record's own names."""
    devices = [*record.moved_from, record.device] if record.device else []
    return {
        "extended_at": list(record.extended_at) or None,
        "extended_from": list(record.extended_from) or None,
        "forked_from": record.forked_from if record.forked_epoch else None,
        "forked_epoch": record.forked_epoch,
        "device": ", ".join(devices) or None,
    }


def _differ(values: Sequence[Any], ignored: Sequence[Any] = ()) -> bool:
    counted = [value for value in values if value not in ignored]
    return any(value != counted[0] for value in counted)


def differences(specs: Sequence[Spec | dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """The values of every resolved spec at each path where not all are equal; None where a spec has no such path.

    Paths are keys and places in lists, joined by dots: `optimizer.lr`, `layers.0.units`; `optimizer` is its kind.
    What only some can have, such as Adam's betas, is left out where it is what those have anyway.
    """
    flat = [dict(_flat(unresolved(spec))) for spec in specs]
    chosen = {path for spec in specs for path, _ in _flat(_chosen(spec))}
    shared = set.intersection(*(set(one) for one in flat))
    paths = [path for path in dict.fromkeys(path for one in flat for path in one) if path in shared | chosen]
    found = {path: tuple(one.get(path) for one in flat) for path in paths}
    return {path: values for path, values in found.items() if _differ(values)}


def _chosen(spec: Spec | dict[str, Any]) -> dict[str, Any]:
    """What of it is not a default; all of a spec whose defaults are not known here."""
    return spec if isinstance(spec, dict) else spec.model_dump(mode="json", exclude_defaults=True)


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and values; an object's kind stands at the place of the object, and what is for people stays away."""
    match value:
        case dict():
            if way and "." not in way and "kind" not in value:
                yield way, True  # it is there, whatever its numbers: batch normalization, early stopping
            for key, inner in value.items():
                if way or key not in METADATA_FIELDS:
                    path = way if key == "kind" else f"{way}.{key}".lstrip(".")
                    yield from _flat(inner, path)
        case list() if not value or any(isinstance(one, dict) for one in value):
            for i, inner in enumerate(value):
                yield from _flat(inner, f"{way}.{i}")
        case _:
            yield way, value
