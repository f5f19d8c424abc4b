"""A sweep's request from a file, or from a base and options."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradus import seeds
from gradus.cli import settings, specs
from gradus.errors import BadRequest


@dataclass(frozen=True)
class Asked:
    """What stood on the command line."""

    source: str | None
    example: str | None
    changes: Sequence[str]
    grid: Sequence[str]
    variants: Sequence[str]
    seeds: str | None
    objective: str | None
    name: str | None


def build(asked: Asked) -> Any:
    """The document to post. A file may hold a whole request, with a `base`, or the base alone.

    Raises:
        BadRequest: something cannot be read.
    """
    sources = [asked.source] if asked.source else []
    examples = [asked.example] if asked.example is not None else []
    given = specs.read_specs(sources, examples, () if sources or examples else asked.changes)
    if len(given) != 1 or not isinstance(given[0].document, dict):
        raise BadRequest("a sweep is one object: a request with a 'base', or a spec to be its base")
    request = given[0].document if "base" in given[0].document else {"base": given[0].document}
    base = settings.apply_all(request["base"], asked.changes)
    return {**request, "base": base, **_options(asked, base, request)}


def read_seeds(text: str) -> list[int]:
    """What `--seeds` means.

    Raises:
        BadRequest: nothing.
    """
    try:
        return seeds.read_seeds(text)
    except ValueError as error:
        raise BadRequest(f"--seeds {text}: {error}") from None


def _options(asked: Asked, base: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of the request that options give; grid and variants beside those that it has."""
    found = {
        "name": asked.name,
        "grid": _grid(request.get("grid"), asked.grid),
        "variants": _variants(request.get("variants"), [_variant(base, one) for one in asked.variants]),
        "seeds": None if asked.seeds is None else read_seeds(asked.seeds),
        "objective": asked.objective,
    }
    return {key: value for key, value in found.items() if value is not None}


def _grid(before: Any, options: Sequence[str]) -> dict[str, Any] | None:
    """A path that is given again has the values of both; one of the file's is not said anew."""
    own: dict[str, list[Any]] = {}
    for path, values in map(_values, options):
        own[path] = [*own.get(path, []), *values]
    return _beside(before, own, "--grid {} is in the file's grid, too: give its values in one place")


def _variants(before: Any, options: Sequence[tuple[str, Any]]) -> dict[str, Any] | None:
    own: dict[str, Any] = {}
    for label, patch in options:
        if label in own:
            raise BadRequest(f"two variants are called '{label}': give each a label, as in 'LABEL: path=value'")
        own[label] = patch
    return _beside(before, own, "the file has a variant '{}', too: give one of them another label")


def _beside(before: Any, own: dict[str, Any], twice: str) -> dict[str, Any] | None:
    """What options add to what the file has; None for nothing."""
    if not own:
        return None
    known = before if isinstance(before, dict) else {}
    for key in own:
        if key in known:
            raise BadRequest(twice.format(key))
    return {**known, **own}


def _values(option: str) -> tuple[str, list[Any]]:
    """`optimizer.lr=0.1,0.01`, or a list behind the equals sign; values may have brackets of their own."""
    path, equals, text = option.partition("=")
    if not equals or not path or not text:
        raise BadRequest(f"--grid {option}: write it as path=value,value, for example optimizer.lr=0.1,0.01")
    if set(text) & set("[{"):
        return path, _bracketed(text)
    return path, [settings.value_of(one) for one in text.split(",")]


def _bracketed(text: str) -> list[Any]:
    """`[[8], [16, 8]]` is a list of values, and so is `[8],[16, 8]`."""
    try:
        values = settings.value_of(text)
    except BadRequest:
        values = None
    found = values if isinstance(values, list) else settings.value_of(f"[{text}]")
    assert isinstance(found, list)
    return found


def _variant(base: Any, option: str) -> tuple[str, dict[str, Any]]:
    """`optimizer=adam`, or several with a label: `+ adam: optimizer=adam optimizer.lr=0.01`."""
    label, colon, changes = option.rpartition(": ")
    try:
        words = shlex.split(changes)
    except ValueError as error:
        raise BadRequest(f"--variant {option}: {error}") from error
    patch = settings.patch(base, settings.apply_all(base, words))
    return (label if colon else f"+ {option}"), patch
