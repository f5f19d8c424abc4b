"""Reads and writes JSON and YAML."""

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
    """The documents of a file, or of `-`, standard input. YAML can hold several, separated by `---`.

    Raises:
        BadRequest: it cannot be read, is neither JSON nor YAML, or has a key twice.
    """
    where = "standard input" if source == "-" else source
    return parse(_text(source, where), where)


def parse(text: str, where: str) -> list[Any]:
    """The documents in a text. `where` names the text's origin in error messages.

    Raises:
        BadRequest: it is neither JSON nor YAML, is empty, or has a key twice.
    """
    if text.lstrip()[:1] in {"{", "["}:
        return _json_or_yaml(text, where)
    try:
        found = [one for one in _yaml(text) if one is not None]
    except json_text.DuplicateKey as error:
        raise BadRequest(f"{where}: {error}") from error
    except ValueError as error:
        raise BadRequest(f"{where} {error}") from error
    if not found:
        raise BadRequest(f"{where} is empty")
    return found


def write_yaml(document: Any) -> str:
    """The document as YAML, its keys in their order."""
    yaml = import_module("yaml")
    dumper = _with_scalars(
        type("Dumper", (yaml.SafeDumper,), {})
    )  # quotes every string that YAML 1.1 or 1.2 would not read as one
    text: str = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=writes_unicode())
    if UNPRINTABLE.search(text.replace("\n", "")):  # control characters; escaped, they read the same
        text = yaml.dump(document, Dumper=dumper, sort_keys=False, allow_unicode=False)
    return text


def _text(source: str, where: str) -> str:
    try:
        if source == "-":
            return _standard_input()
        return Path(source).expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror or error) if isinstance(error, OSError) else "it is not UTF-8 text"
        raise BadRequest(f"{where} cannot be read: {why}") from error


def _standard_input() -> str:
    """The standard input, decoded as UTF-8, like files, whatever the terminal's encoding."""
    given = getattr(sys.stdin, "buffer", None)
    return sys.stdin.read() if given is None else given.read().decode()


def _json_or_yaml(text: str, where: str) -> list[Any]:
    """Text in brackets may be either; if it is neither, the error names both reasons."""
    try:
        return [json_text.loads(text)]
    except json_text.DuplicateKey as error:
        raise BadRequest(f"{where}: {error}") from error
    except ValueError as json_error:
        try:
            return _yaml(text)
        except json_text.DuplicateKey as error:
            raise BadRequest(f"{where}: {error}") from error
        except ValueError as yaml_error:
            raise BadRequest(f"{where} is not JSON: {json_error}; and {yaml_error}") from yaml_error


def _yaml(text: str) -> list[Any]:
    """The documents of a YAML text.

    Raises:
        ValueError: it is not valid.
    """
    yaml = import_module("yaml")
    try:
        return [_as_json(one) for one in yaml.load_all(text, Loader=_loader(yaml))]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" in line {mark.line + 1}" if mark else ""
        raise ValueError(f"is not YAML{place}: {getattr(error, 'problem', error)}") from error


def _as_json(document: Any) -> Any:
    try:
        return json.loads(json.dumps(document))
    except (TypeError, ValueError) as error:  # such as an alias inside its own anchor
        raise ValueError(f"has a value that JSON cannot express: {error}") from error


def _loader(yaml: Any) -> Any:
    """A loader with the scalars of JSON and YAML 1.2: `1e-4` is a number; `no`, `on` and `2026-01-31` are strings.

    PyYAML reads YAML 1.1, where each of these is something else. It also ignores duplicate keys, refused here.
    """

    def compose_mapping_node(self: Any, anchor: Any) -> Any:
        node = yaml.SafeLoader.compose_mapping_node(self, anchor)
        _check_keys(node)
        return node

    own = {"yaml_implicit_resolvers": {}, "compose_mapping_node": compose_mapping_node}
    return _with_scalars(type("Loader", (yaml.SafeLoader,), own))


def _check_keys(mapping: Any) -> None:
    """Check for duplicate keys. Called before `<<` merges other keys, which may repeat the mapping's own."""
    lines: dict[str, int] = {}
    for node, _ in mapping.value:
        key = _key(node)
        if key in lines:
            raise json_text.DuplicateKey(key, lines[key], node.start_mark.line + 1)
        if key is not None:
            lines[key] = node.start_mark.line + 1


def _key(node: Any) -> str | None:
    """The key as JSON writes it, if JSON can have such a key: `1` and `"1"` are the same key."""
    if not isinstance(node.value, str):
        return None
    return str(float(node.value)) if node.tag.endswith(":float") else node.value


def _with_scalars(loader_or_dumper: Any) -> Any:
    for tag, pattern, first in _SCALARS:
        loader_or_dumper.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), first)
    return loader_or_dumper


_SCALARS = (
    ("null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"^(?:true|false)$", ["t", "f"]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", list("-0123456789")),
    ("float", r"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-0123456789.")),
    ("merge", r"^<<$", ["<"]),
)
"""Tag, pattern and first characters of every scalar that is not a string."""
