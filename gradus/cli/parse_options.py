"""`--parse delimiter=';'`: how the files of a data set are read, to and from the command line."""

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from gradus.cli import labels
from gradus.cli.overrides import value_of
from gradus.errors import BadRequest

OF_NAMES = frozenset({"columns", "arrays"})
"""Options whose values are objects with names as keys: `columns.zip=text`."""


def read_options(settings: Sequence[str]) -> dict[str, Any]:
    r"""The `parse` document of these settings. Values are JSON or text; `\t` is a tab as a delimiter.

    Raises:
        BadRequest: a setting cannot be read, or an option is set twice.
    """
    found: dict[str, Any] = {}
    for setting in settings:
        path, equals, text = setting.partition("=")
        option, _, name = path.partition(".")
        if not equals or not option or (name and option not in OF_NAMES):
            raise BadRequest(f"--parse {setting}: write it as option=value, for example delimiter=';' or header=false")
        inside = found.setdefault(option, {}) if name else found
        key = name or option
        if not isinstance(inside, dict) or key in inside:
            raise BadRequest(f"--parse {path} is given twice")
        inside[key] = (value_of(text) if text == "null" else text) if name else _value(option, text)
    return found


def write_options(parse: Mapping[str, Any]) -> str:
    """The settings for this document, as arguments for a shell: `--parse ragged=pad --parse columns.zip=text`."""
    return " ".join(f"--parse {shlex.quote(setting)}" for setting in _settings(parse))


def _value(option: str, text: str) -> Any:
    if option == "delimiter":
        return None if text == "null" else text.replace("\\t", "\t")
    value = value_of(text)
    if option == "missing" and value is not None and not isinstance(value, list):
        return [text]
    return value


def _settings(parse: Mapping[str, Any]) -> list[str]:
    found = []
    for option, value in parse.items():
        if option in OF_NAMES and isinstance(value, Mapping) and not any("=" in name for name in value):
            found += [f"{option}.{name}={labels.value_of(inner)}" for name, inner in value.items()]
        elif option == "delimiter" and isinstance(value, str):
            found.append(f"{option}={value.replace(chr(9), chr(92) + 't')}")
        else:
            found.append(f"{option}={labels.value_of(value)}")
    return found
