"""`--set optimizer.lr=0.1`: set one field of a spec's document."""

import json
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any, get_args, get_origin

from gradus import paths
from gradus.cli import documents
from gradus.errors import BadRequest
from gradus.spec.experiment import Spec


def apply(document: Any, setting: str) -> Any:
    """A copy of the document with one field set. The parts of the path are keys or, in a list, numbers from 0.

    The value is JSON or, if it starts with a bracket, YAML, else a string; for a field that takes only strings, such as
    `name`, it is always a string. A shorthand on the path is expanded: with `"optimizer": "adam"`, `optimizer.lr=0.1`
    gives `{"kind": "adam", "lr": 0.1}`. A new kind drops the fields of the old one.

    Raises:
        BadRequest: the setting cannot be read, or its path does not exist.
    """
    keys, text = _read(setting)
    try:
        value = _text_of(text) if is_text(keys) else value_of(text)
    except BadRequest as error:
        raise BadRequest(f"--set {'.'.join(keys)}={error}") from error
    path = ".".join(keys)
    if (key := paths.scalar_before(document, path)) is not None:
        raise BadRequest(f"--set {setting}: '{key}' has no fields")
    try:
        return paths.put(document, path, value)
    except paths.NoSuchIndex as error:
        raise BadRequest(f"--set {setting}: {error}") from None


def apply_all(document: Any, settings: Sequence[str]) -> Any:
    """A copy with all the settings applied, in order.

    Raises:
        BadRequest: a setting cannot be read, its path does not exist, or a later one would undo it.
    """
    _check_order(settings)
    return reduce(apply, settings, document)


def _check_order(settings: Sequence[str]) -> None:
    """Refuse settings that set a field twice, or an object after one of its fields."""
    done: dict[tuple[str, ...], str] = {}
    for setting in settings:
        keys = tuple(_read(setting)[0])
        whole = keys[:-1] if keys[-1] == "kind" else keys
        for before, earlier in done.items():
            if before == keys:
                raise BadRequest(f"--set {earlier} and --set {setting} set the same field")
            if before[: len(whole)] == whole and before != whole:
                raise BadRequest(f"--set {setting} would undo --set {earlier}: put it first")
        done[keys] = setting


def _read(setting: str) -> tuple[list[str], str]:
    """The keys of the path, numbers without leading zeros, and the text of the value."""
    path, equals, text = setting.partition("=")
    if not equals or not path:
        raise BadRequest(f"--set {setting}: write it as path=value, for example optimizer.lr=0.01")
    return [str(int(key)) if key.isdecimal() else key for key in path.split(".")], text


def patch(old: Any, new: Any) -> dict[str, Any]:
    """The merge patch (RFC 7396) that turns the old document into the new one."""
    changes: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if value != before or type(value) is not type(before):
            both = isinstance(value, Mapping) and isinstance(before, Mapping)
            changes[key] = patch(before, value) if both and value.get("kind") == before.get("kind") else value
    return changes


def value_of(text: str) -> Any:
    """The value that a text stands for: JSON or, if it starts with a bracket, YAML, else the text itself.

    Raises:
        BadRequest: it starts with a bracket but is neither, or a key appears twice.
    """
    if text.lstrip()[:1] in {"{", "["}:
        (value,) = documents.parse(text, text)
        return value
    try:
        return json.loads(text)
    except ValueError:
        return text


def is_text(keys: Sequence[str]) -> bool:
    """Whether the field takes only strings: `name`, `notes` and each of `tags`."""
    field = Spec.model_fields.get(keys[0])
    inner = field.annotation if field else None
    if len(keys) == 2 and keys[1].isdecimal() and get_origin(inner) is tuple:
        inner = get_args(get_args(inner)[0])[0]
    return inner is str and len(keys) <= 2


def _text_of(text: str) -> str:
    """The text without the quotes of JSON."""
    value = value_of(text) if text.startswith('"') else text
    return value if isinstance(value, str) else text
