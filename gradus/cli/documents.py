"""JSON and YAML as specs are written in them."""

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gradus import json_text
from gradus.errors import BadRequest
from gradus.printable import UNPRINTABLE
from gradus.streams import writes_unicode


def read(source: str) -> list[Any]:
    """The documents of a file, or of `-`, the standard input. YAML can hold several, with `---` between them.

    Raises:
        BadRequest: it cannot be read, is neither JSON nor YAML, or names a key twice.
    """
    where = "the standard input" if source == "-" else source
    return parse(_text(source, where), where)


def parse(text: str, where: str) -> list[Any]:
    """The documents of a text from there.

    Raises:
        BadRequest: it is neither JSON nor YAML, holds nothing, or names a key twice.
    """
    if text.lstrip()[:1] in {"{", "["}:
        return _json_or_yaml(text, where)
    try:
        found = [one for one in _yaml(text) if one is not None]
    except json_text.KeyTwice as error:
        raise BadRequest(f"{where}: {error}") from error
    except ValueError as error:
        raise BadRequest(f"{where} {error}") from error
    if not found:
        raise BadRequest(f"{where} is empty")
    return found


def write_yaml(document: Any) -> str:
    """The document in YAML, its keys in their order."""
    yaml = import_module("yaml")
    dumper = _with_scalars(type("Dumper", (yaml.SafeDumper,), {}))  # quotes what either YAML would take for no text
    text: str = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=writes_unicode())
    if UNPRINTABLE.search(text.replace("\n", "")):  # a direction that is overridden: as an escape it reads the same
        text = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=False)
    return text


def _text(source: str, where: str) -> str:
    try:
        if source == "-":
            return _standard_input()
        return Path(source).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else "it is no text in UTF-8"
        raise BadRequest(f"{where} cannot be read: {why}") from error


def _standard_input() -> str:
    """In UTF-8, as files are, whatever the terminal's encoding."""
    given = getattr(sys.stdin, "buffer", None)
    return sys.stdin.read() if given is None else given.read().decode()


def _json_or_yaml(text: str, where: str) -> list[Any]:
    """A mapping or a list in brackets is either; where it is neither, both say why."""
    try:
        return [json_text.loads(text)]
    except json_text.KeyTwice as error:
        raise BadRequest(f"{where}: {error}") from error
    except ValueError as no_json:
        try:
            return _yaml(text)
        except json_text.KeyTwice as error:
            raise BadRequest(f"{where}: {error}") from error
        except ValueError as no_yaml:
            raise BadRequest(f"{where} is no JSON: {no_json}; and {no_yaml}") from no_yaml


def _yaml(text: str) -> list[Any]:
    """The documents of a text in YAML.

    Raises:
        ValueError: what is wrong with it.
    """
    yaml = import_module("yaml")
    try:
        return [_as_json(one) for one in yaml.load_all(text, Loader=_loader(yaml))]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise ValueError(f"is no YAML{place}: {getattr(error, 'problem', error)}") from error


def _as_json(document: Any) -> Any:
    try:
        return json.loads(json.dumps(document))
    except (TypeError, ValueError) as error:  # an alias inside what it names
        raise ValueError(f"holds what JSON cannot: {error}") from error


def _loader(yaml: Any) -> Any:
    """Scalars as in JSON and YAML 1.2: `1e-4` is a number, and `no`, `on` and `2026-01-31` are texts.

    PyYAML reads YAML 1.1, in which each of these is something else; and of a key that stands twice, it takes the last.
    """

    def compose_mapping_node(self: Any, anchor: Any) -> Any:
        node = yaml.SafeLoader.compose_mapping_node(self, anchor)
        _check_keys(node)
        return node

    own = {"yaml_implicit_resolvers": {}, "compose_mapping_node": compose_mapping_node}
    return _with_scalars(type("Loader", (yaml.SafeLoader,), own))


def _check_keys(mapping: Any) -> None:
    """Before what `<<` merges into it comes in, which may be named anew."""
    lines: dict[str, int] = {}
    for node, _ in mapping.value:
        key = _key(node)
        if key in lines:
            raise json_text.KeyTwice(key, lines[key], node.start_mark.line + 1)
        if key is not None:
            lines[key] = node.start_mark.line + 1


def _key(node: Any) -> str | None:
    """As JSON writes it, where it can be one: `1` and `"1"` are one key there."""
    if not isinstance(node.value, str):
        return None
    return str(float(node.value)) if node.tag.endswith(":float") else node.value


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
