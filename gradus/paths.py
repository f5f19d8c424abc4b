"""Dotted paths into a spec's document, such as `optimizer.lr` or `layers.0.units`.

A document may hold shorthands, and a path may lead into one: it is written out on the way. With `"optimizer": "sgd"`,
`optimizer.lr` leads to the rate of `{"kind": "sgd"}`; with `"layers": [300]`, `layers.0.dropout` into a dense layer.
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
"""One way to write each, or two paths could be one place."""


class NoSuchPlace(ValueError):
    """A path leads into a list, and not to one of its places."""


def put(document: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The spec's document with the value at the path. Another `kind` begins its object anew; what is left to a default
    begins as that default's kind, in a layer as what the experiment says.

    Raises:
        NoSuchPlace: the path leads into a list, and not to one of its places.
    """
    return dict(_put(Spec, document, path.split("."), value, document))


def unknown(path: str) -> tuple[str, ...] | None:
    """The keys of the path up to the first that no spec has there; None if some spec has them all."""
    annotation: Any = Spec
    keys = path.split(".")
    for i, key in enumerate(keys):
        words = spec_models_in(annotation)
        if not any(key in word.model_fields for word in words) and (words or not _is_list(annotation)):
            return tuple(keys[: i + 1])
        annotation = _field(annotation, {}, key) if words else _item(annotation)
    return None


def says(path: str, value: Any, way: Sequence[str]) -> bool:
    """Whether a value at the path itself says what is found below it by these keys."""
    annotation = _annotation(path.split("."))
    for key in way:
        value = _written_out(annotation, value)
        if isinstance(value, list | tuple) and _INDEX.fullmatch(key) and int(key) < len(value):
            annotation, value = _item(annotation), value[int(key)]
        elif isinstance(value, Mapping) and key in value:
            annotation, value = _field(annotation, value, key), value[key]
        else:
            return False
    return True


def scalar_before(document: Any, path: str) -> str | None:
    """The first key of the path that leads into a number or text that stands for nothing else; None if none does."""
    annotation: Any = Spec
    for key in path.split("."):
        document = _written_out(annotation, document)
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
    here = _written_out(annotation, here)
    if isinstance(here, list | tuple):
        place = _place(key, len(here))
        new = _put(_item(annotation), here[place], rest, value, root) if rest else value
        return [*here[:place], new, *here[place + 1 :]]
    old = here if isinstance(here, Mapping) else {}
    if rest:
        before = old[key] if key in old else _begun(annotation, key, root)
        return {**old, key: _put(_field(annotation, old, key), before, rest, value, root)}
    return merged(old, {key: value}) if key == "kind" else {**old, key: value}


def _place(key: str, length: int) -> int:
    if not _INDEX.fullmatch(key) or int(key) >= length:
        raise NoSuchPlace(f"'{key[:100]}' is not a position in a list of {length}: positions are 0, 1, 2 …")
    return int(key)


def _begun(annotation: Any, key: str, root: Mapping[str, Any]) -> Any:
    """What a path goes into where the document says nothing."""
    if annotation is Spec:
        kind = getattr(Spec.model_fields[key].default, "kind", None) if key in Spec.model_fields else None
        return {"kind": kind} if kind else None
    return root.get(key) if Dense in spec_models_in(annotation) else None


def _annotation(keys: Sequence[str]) -> Any:
    """What may stand at a path, by the spec alone."""
    annotation: Any = Spec
    for key in keys:
        annotation = _item(annotation) if _INDEX.fullmatch(key) else _field(annotation, {}, key)
    return annotation


def _field(annotation: Any, document: Mapping[str, Any], key: str) -> Any:
    """What may stand under the key of such a document."""
    words = spec_models_in(annotation)
    mine = [word for word in words if kind_of(word) == document.get("kind")] or words
    return next((_hints(word)[key] for word in mine if key in word.model_fields), Any)


def _item(annotation: Any) -> Any:
    """What may stand in a list."""
    return get_args(_bare(annotation))[0] if _is_list(annotation) else Any


def _is_list(annotation: Any) -> bool:
    return get_origin(_bare(annotation)) is tuple


def _bare(annotation: Any) -> Any:
    """Without what says more about it."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


@cache
def _hints(word: type[SpecModel]) -> dict[str, Any]:
    return get_type_hints(word, include_extras=True)


def _written_out(annotation: Any, value: Any) -> Any:
    """What an abbreviation stands for; anything else as it is."""
    if id(annotation) not in _KNOWN:
        _KNOWN[id(annotation)] = annotation, _shorthands(annotation)
    for one in _KNOWN[id(annotation)][1]:
        value = one.func(value)  # type: ignore[call-arg]
    return value


_KNOWN: dict[int, tuple[Any, Sequence[Shorthand]]] = {}
"""Shorthands of each annotation of the spec, which is kept with them: it cannot be hashed, and its number is its own
while it lives."""


def _shorthands(annotation: Any) -> Sequence[Shorthand]:
    """In the order in which they apply: the outermost, which is named last, comes first."""
    parts = get_args(annotation)
    if get_origin(annotation) is Annotated:
        outer = [one for one in reversed(parts[1:]) if isinstance(one, Shorthand)]
        return [*outer, *_shorthands(parts[0])]
    return [one for part in parts for one in _shorthands(part)] if get_origin(annotation) is not tuple else []
