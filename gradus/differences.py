"""The differences between experiments: in their specs, and in their origin."""

from collections.abc import Iterator, Sequence
from typing import Any

from gradus.fork import unresolved
from gradus.spec.experiment import METADATA_FIELDS, Spec
from gradus.wire.experiment import Change, ExperimentRecord


def between(records: Sequence[ExperimentRecord]) -> dict[str, tuple[Any, ...]]:
    """The differences between the specs, and between the origins of the results: the epochs planned at first, the
    parent of a fork, the device. If these are equal and the fingerprints are not, the fingerprints."""
    origins = [_origin(record) for record in records]
    found = differences([record.spec for record in records])
    for name in origins[0]:
        values = tuple(one[name] for one in origins)
        if _differ(values, ignored=(None,) if name == "device" else ()):  # None: it has not started yet
            found[name] = values
    prints = tuple(record.fingerprint for record in records)
    return {"fingerprint": prints} if not found and _differ(prints) else found


def changes_between(before: Spec, after: Spec) -> tuple[Change, ...]:
    """The places where the second resolved spec differs from the first."""
    found = differences([before, after])
    return tuple(Change(path=path, from_=values[0], to=values[1]) for path, values in found.items())


def _origin(record: ExperimentRecord) -> dict[str, Any]:
    """The origin of an experiment's results, by the record's field names."""
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
    """The values of every resolved spec at each path where they differ; None for a spec without that path.

    Paths are keys and list indices, joined by dots: `optimizer.lr`, `layers.0.units`; the path `optimizer` is its kind.
    A key that only some specs can have, such as Adam's betas, is omitted while all of them have its default.
    """
    flat = _comparable([dict(_flat(_written(spec))) for spec in specs])
    chosen = {path for spec in specs for path, _ in _flat(_chosen(spec))}
    shared = set.intersection(*(set(one) for one in flat))
    paths = [path for path in dict.fromkeys(path for one in flat for path in one) if path in shared | chosen]
    found = {path: tuple(one.get(path) for one in flat) for path in paths}
    return {path: values for path, values in found.items() if _differ(values)}


def _written(spec: Spec | dict[str, Any]) -> dict[str, Any]:
    """The spec's document without inherited values, so that a change appears only where it was made."""
    return {"loss": spec.loss.model_dump(mode="json")} | unresolved(spec) if isinstance(spec, Spec) else spec


def _comparable(flat: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The document without the values that add nothing if the data sets differ: the digest, and the size of the
    validation split, for which each data set has its own default."""
    names, versions = ([one.get(path) for one in flat] for path in ("dataset.name", "dataset.version"))
    dropped = {"dataset.validation_size"} if _differ(names) else set()
    if _differ(names) or _differ(versions):
        dropped.add("dataset.digest")
    return [{path: value for path, value in one.items() if path not in dropped} for one in flat]


def _chosen(spec: Spec | dict[str, Any]) -> dict[str, Any]:
    """The values that are not defaults; all values of a spec whose defaults this version does not know."""
    return spec if isinstance(spec, dict) else spec.model_dump(mode="json", exclude_defaults=True)


def _flat(value: Any, way: str = "") -> Iterator[tuple[str, Any]]:
    """Paths and values, without metadata fields. An object's `kind` is the value at the object's own path."""
    match value:
        case dict():
            if way and "." not in way and "kind" not in value:
                yield way, True  # the object is present, whatever its parameters: batch normalization, early stopping
            for key, inner in value.items():
                if way or key not in METADATA_FIELDS:
                    path = way if key == "kind" else f"{way}.{key}".lstrip(".")
                    yield from _flat(inner, path)
        case list() if not value or any(isinstance(one, dict) for one in value):
            for i, inner in enumerate(value):
                yield from _flat(inner, f"{way}.{i}")
        case _:
            yield way, value
