"""JSON and YAML as specs are written in them."""

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gradus.errors import BadRequest


def read(source: str) -> list[Any]:
    """The documents of a file, or of `-`, the standard input. YAML can hold several, with `---` between them.

    Raises:
        BadRequest: it cannot be read, or is neither JSON nor YAML.
    """
    text = _text(source)
    where = "the standard input" if source == "-" else source
    if text.lstrip()[:1] in {"{", "["}:
        return [_json(text, where)]
    found = [one for one in _yaml(text, where) if one is not None]
    if not found:
        raise BadRequest(f"{where} is empty")
    return found


def write_yaml(document: Any) -> str:
    """The document in YAML, its keys in their order."""
    yaml = import_module("yaml")
    dumper = _with_scalars(type("Dumper", (yaml.SafeDumper,), {}))  # quotes what either YAML would take for no text
    text: str = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=True)
    return text


def _text(source: str) -> str:
    if source == "-":
        return sys.stdin.read()
    try:
        return Path(source).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else "it is no text in UTF-8"
        raise BadRequest(f"{source} cannot be read: {why}") from error


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise BadRequest(f"{where} is no JSON: {error}") from error


def _yaml(text: str, where: str) -> list[Any]:
    yaml = import_module("yaml")
    try:
        return [json.loads(json.dumps(one)) for one in yaml.load_all(text, Loader=_loader(yaml))]
    except ValueError as error:  # an alias inside what it names
        raise BadRequest(f"{where} holds what JSON cannot: {error}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise BadRequest(f"{where} is no YAML{place}: {getattr(error, 'problem', error)}") from error


def _loader(yaml: Any) -> Any:
    """Scalars as in JSON and YAML 1.2: `1e-4` is a number, and `no`, `on` and `2026-01-31` are texts.

    PyYAML reads YAML 1.1, in which each of these is something else.
    """
    return _with_scalars(type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {}}))


def _with_scalars(reader_or_writer: Any) -> Any:
    for tag, pattern, first in _SCALARS:
        reader_or_writer.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
    return reader_or_writer


_SCALARS = (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-0123456789.")),
    ("merge", r"^<<$", ["<"]),
)
"""Tag, form and first characters of what is no text."""
