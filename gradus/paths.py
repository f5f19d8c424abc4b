"""Dotted paths into a spec's document, such as `optimizer.lr` or `layers.0.units`.

A path may lead into a shorthand, which is expanded. With `"optimizer": "sgd"`, `optimizer.lr` is the learning rate of
`{"kind": "sgd"}`; with `"layers": [300]`, `layers.0.dropout` is the dropout rate of a dense layer.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from gradus.merge import merged
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense
from gradus.spec.spec_model import Shorthand, SpecModel, kind_of, spec_models_in

_INDEX = re.compile("0|[1-9][0-9]{0,8}")
"""No leading zeros, so that every index has only one spelling."""


class NoSuchIndex(ValueError):
    """A path has an invalid list index."""


def put(document: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Set the value at a path of a spec's document. Changing a `kind` drops the object's other keys. A missing object
    is created with the kind of its default; in a layer, as a copy of the experiment's value.

    Raises:
        NoSuchIndex: the path has an invalid list index.
    """
    return dict(_put(Spec, document, path.split("."), value, document))


def unknown(path: str) -> tuple[str, ...] | None:
    """The keys of the path up to and including the first unknown one; None if the path can exist in a spec."""
    annotation: Any = Spec
    keys = path.split(".")
    for i, key in enumerate(keys):
        models = spec_models_in(annotation)
        if not any(key in model.model_fields for model in models) and (models or not _is_list(annotation)):
            return tuple(keys[: i + 1])
        annotation = _field(annotation, {}, key) if models else _item(annotation)
    return None


def says(path: str, value: Any, way: Sequence[str]) -> bool:
    """Whether the value at the path contains a value at these keys."""
    annotation = _annotation(path.split("."))
    for key in way:
        value = _expanded(annotation, value)
        if isinstance(value, list | tuple) and _INDEX.fullmatch(key) and int(key) < len(value):
            annotation, value = _item(annotation), value[int(key)]
        elif isinstance(value, Mapping) and key in value:
            annotation, value = _field(annotation, value, key), value[key]
        else:
            return False
    return True


def scalar_before(document: Any, path: str) -> str | None:
    """The first key of the path that would lead into a number or text that is not a shorthand; None if no key does."""
    annotation: Any = Spec
    for key in path.split("."):
        document = _expanded(annotation, document)
        if isinstance(document, list):
            there = _INDEX.fullmatch(key) and int(key) < len(document)
            annotation, document = _item(annotation), document[int(key)] if there else None
        elif isinstance(document, Mapping):
            annotation, document = _field(annotation, document, key), document.get(key)
        elif document is not None and not isinstance(document, bool):
            return key
    return None


def _put(annotation: Any, here: Any, keys: Sequence[str], value: Any, root: Mapping[str, Any]) -> Any:
    key, *rest = keys
    here = _expanded(annotation, here)
    if isinstance(here, list | tuple):
        place = _index(key, len(here))
        new = _put(_item(annotation), here[place], rest, value, root) if rest else value
        return [*here[:place], new, *here[place + 1 :]]
    old = here if isinstance(here, Mapping) else {}
    if rest:
        before = old[key] if key in old else _default_object(annotation, key, root)
        return {**old, key: _put(_field(annotation, old, key), before, rest, value, root)}
    return merged(old, {key: value}) if key == "kind" else {**old, key: value}


def _index(key: str, length: int) -> int:
    if not _INDEX.fullmatch(key) or int(key) >= length:
        raise NoSuchIndex(f"'{key[:100]}' is not a position in a list of {length}: positions are 0, 1, 2 …")
    return int(key)


def _default_object(annotation: Any, key: str, root: Mapping[str, Any]) -> Any:
    """The object that a path leads into if the document has none."""
    if annotation is Spec:
        kind = getattr(Spec.model_fields[key].default, "kind", None) if key in Spec.model_fields else None
        return {"kind": kind} if kind else None
    return root.get(key) if Dense in spec_models_in(annotation) else None


def _annotation(keys: Sequence[str]) -> Any:
    """The type of the value at a path."""
    annotation: Any = Spec
    for key in keys:
        annotation = _item(annotation) if _INDEX.fullmatch(key) else _field(annotation, {}, key)
    return annotation


def _field(annotation: Any, document: Mapping[str, Any], key: str) -> Any:
    """The type of a key's value, given the document with the key."""
    models = spec_models_in(annotation)
    matching = [model for model in models if kind_of(model) == document.get("kind")] or models
    return next((_type_hints(model)[key] for model in matching if key in model.model_fields), Any)


def _item(annotation: Any) -> Any:
    """The type of a list's items."""
    return get_args(_bare(annotation))[0] if _is_list(annotation) else Any


def _is_list(annotation: Any) -> bool:
    return get_origin(_bare(annotation)) is tuple


def _bare(annotation: Any) -> Any:
    """The annotation without `Annotated`."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


@cache
def _type_hints(model: type[SpecModel]) -> dict[str, Any]:
    return get_type_hints(model, include_extras=True)


def _expanded(annotation: Any, value: Any) -> Any:
    """Expand a shorthand; any other value is returned unchanged."""
    if id(annotation) not in _KNOWN:
        _KNOWN[id(annotation)] = annotation, _shorthands(annotation)
    for one in _KNOWN[id(annotation)][1]:
        value = one.func(value)  # type: ignore[call-arg]
    return value


_KNOWN: dict[int, tuple[Any, Sequence[Shorthand]]] = {}
"""Shorthands by the `id` of an annotation, which cannot be hashed. The annotation is stored too, so that its id stays
unique."""


def _shorthands(annotation: Any) -> Sequence[Shorthand]:
    """The shorthands of an annotation in the order of application: the outermost, which is written last, comes
    first."""
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        outer = [one for one in reversed(parts[1:]) if isinstance(one, Shorthand)]
        return [*outer, *_shorthands(parts[0])]
    return [one for part in parts for one in _shorthands(part)] if get_origin(annotation) is not tuple else []
