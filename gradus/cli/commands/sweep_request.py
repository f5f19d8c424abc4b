"""The request for a sweep, from a file or from a base and the options of `gradus sweeps create`."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradus.cli import overrides, spec_sources
from gradus.errors import BadRequest
from gradus.seeds import read_seeds


@dataclass(frozen=True)
class SweepOptions:
    """The options that describe the sweep."""

    source: str | None
    example: str | None
    changes: Sequence[str]
    grid: Sequence[str]
    variants: Sequence[str]
    seeds: str | None
    objective: str | None
    name: str | None
    random: Sequence[str] = ()
    draws: int | None = None
    columns: bool = False


def build(options: SweepOptions) -> Any:
    """The document to post. A file may hold a whole request, with a `base`, or only the base.

    Raises:
        BadRequest: something cannot be read.
    """
    files = [options.source] if options.source else []
    examples = [options.example] if options.example is not None else []
    given = spec_sources.read(files, examples, () if files or examples else options.changes)
    if len(given) != 1 or not isinstance(given[0].document, dict):
        raise BadRequest("the file of a sweep must hold one object: a request with a 'base', or a spec as the base")
    request = given[0].document if "base" in given[0].document else {"base": given[0].document}
    base = overrides.apply_all(request["base"], options.changes)
    whole = {**request, "base": base, **_fields(options, base, request)}
    if sum(whole.get(name) is not None for name in ("grid", "random", "variants")) != 1:
        raise BadRequest("choose one way to vary the base: --grid, --random with --draws, --variant, or --columns")
    return whole


def _fields(options: SweepOptions, base: Any, request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the request that options set; those of grid, variants and random join the ones in the file."""
    found = {
        "name": options.name,
        "grid": _grid(request.get("grid"), options.grid),
        "variants": _all_variants(options, base, request.get("variants")),
        "random": _random(request.get("random"), options.random, options.draws),
        "seeds": None if options.seeds is None else _seeds(options.seeds),
        "objective": options.objective,
    }
    return {key: value for key, value in found.items() if value is not None}


def _grid(before: Any, given: Sequence[str]) -> dict[str, Any] | None:
    """The grid. A path may be given twice, to combine the values, but must not repeat a path of the file."""
    own: dict[str, list[Any]] = {}
    for path, values in map(_values, given):
        own[path] = [*own.get(path, []), *values]
    return _joined(before, own, "--grid {} is in the grid of the file, too: give all its values in one place")


def _all_variants(options: SweepOptions, base: Any, before: Any) -> Any:
    """The variants by label, or `columns`; None if no option names any."""
    own = _variants(before, [_variant(base, one) for one in options.variants])
    is_named = own is not None or isinstance(before, dict)
    if (options.columns and is_named) or (before == "columns" and own is not None):
        raise BadRequest("a sweep that leaves out each column has no other variants: create another sweep for those")
    return "columns" if options.columns else own


def _variants(before: Any, given: Sequence[tuple[str, Any]]) -> dict[str, Any] | None:
    own: dict[str, Any] = {}
    for label, patch in given:
        if label in own:
            raise BadRequest(f"two variants have the label '{label}': name them, as in 'LABEL: path=value'")
        own[label] = patch
    return _joined(before, own, "the file has a variant '{}', too: give one of them another label")


def _random(before: Any, given: Sequence[str], draws: int | None) -> dict[str, Any] | None:
    own: dict[str, Any] = {}
    for path, space in map(_space, given):
        if path in own:
            raise BadRequest(f"--random {path} is given twice: give each path one space")
        own[path] = space
    known = before if isinstance(before, dict) else {}
    if not own and draws is None:
        return None
    space = _joined(known.get("space"), own, "--random {} is in the random search of the file, too: give it once")
    found = {**known, **({} if space is None else {"space": space}), **({} if draws is None else {"n": draws})}
    if "n" not in found or "space" not in found:
        raise BadRequest("a random search needs both --random PATH=SPACE and --draws N")
    return found


def _joined(before: Any, own: dict[str, Any], conflict: str) -> dict[str, Any] | None:
    """The fields of the file and those of the options; None if there are no options."""
    if not own:
        return None
    known = before if isinstance(before, dict) else {}
    for key in own:
        if key in known:
            raise BadRequest(conflict.format(key))
    return {**known, **own}


def _values(option: str) -> tuple[str, list[Any]]:
    """`optimizer.lr=0.1,0.01`, or a list after the equals sign; values may contain brackets."""
    path, equals, text = option.partition("=")
    if not equals or not path or not text:
        raise BadRequest(f"--grid {option}: write it as path=value,value, for example optimizer.lr=0.1,0.01")
    return path, _list(text)


def _list(text: str) -> list[Any]:
    """`8,16`; with brackets, both `[[8], [16, 8]]` and `[8],[16, 8]` are lists of two values."""
    if not set(text) & set("[{"):
        return [overrides.value_of(one) for one in text.split(",")]
    try:
        values = overrides.value_of(text)
    except BadRequest:
        values = None
    found = values if isinstance(values, list) else overrides.value_of(f"[{text}]")
    assert isinstance(found, list)
    return found


_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"(?P<log>log:)?(?P<low>{_NUMBER})\.\.(?P<high>{_NUMBER})")


def _space(option: str) -> tuple[str, Any]:
    """`dropout=0..0.5`, `optimizer.lr=log:1e-4..1e-1`, `layers.0.units=16..64`, `init=xavier,he`, or YAML."""
    path, equals, text = option.partition("=")
    if not equals or not path or not text:
        raise BadRequest(f"--random {option}: write it as path=space, for example dropout=0..0.5")
    if text.startswith("{"):
        return path, overrides.value_of(text)
    if (found := _RANGE.fullmatch(text)) is not None:
        return path, _range(found)
    if ".." in text:
        raise BadRequest(f"--random {option}: {text} is not a range of numbers such as 0..0.5")
    return path, {"kind": "choice", "values": _list(text)}


def _range(found: re.Match[str]) -> dict[str, Any]:
    """Two whole numbers mean whole numbers, unless the scale is logarithmic."""
    low, high = found["low"], found["high"]
    if found["log"]:
        return {"kind": "log_uniform", "low": float(low), "high": float(high)}
    if low.lstrip("+-").isdecimal() and high.lstrip("+-").isdecimal():
        return {"kind": "integer", "low": int(low), "high": int(high)}
    return {"kind": "uniform", "low": float(low), "high": float(high)}


def _seeds(text: str) -> list[int]:
    try:
        return read_seeds(text)
    except ValueError as error:
        raise BadRequest(f"--seeds {text}: {error}") from None


def _variant(base: Any, option: str) -> tuple[str, dict[str, Any]]:
    """`optimizer=adam`, or several changes with a label: `+ adam: optimizer=adam optimizer.lr=0.01`."""
    label, colon, changes = option.rpartition(": ")
    try:
        settings = shlex.split(changes)
    except ValueError as error:
        raise BadRequest(f"--variant {option}: {error}") from error
    patch = overrides.patch(base, overrides.apply_all(base, settings))
    return (label if colon else f"+ {option}"), patch
