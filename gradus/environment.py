"""Parsing of environment variables, with an error message for each invalid value."""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import TypeVar

from gradus.errors import BadRequest

T = TypeVar("T", int, float)

CODE = "environment"


def text(env: Mapping[str, str], name: str) -> str | None:
    """The variable's text; None if it is not set.

    Raises:
        BadRequest: the variable is empty. In a script this usually comes from another variable that was not set.
    """
    value = env.get(name)
    if value is not None and not value.strip():
        raise BadRequest(f"{name} is empty: give it a value, or unset it", code=CODE)
    return value


def folder(env: Mapping[str, str], name: str) -> Path | None:
    """The path of the folder in the variable; None if it is not set.

    Raises:
        BadRequest: the variable is empty, or is not a usable path.
    """
    value = text(env, name)
    return None if value is None else path_of(value, name)


def number(env: Mapping[str, str], name: str, kind: Callable[[str], T], least: float, most: float = inf) -> T | None:
    """The variable's number; None if it is not set, or empty, because Compose passes unset variables as empty ones.

    Raises:
        BadRequest: the value is not a number, or out of bounds.
    """
    value = env.get(name)
    if value is None or not value.strip():
        return None
    try:
        found = kind(value)
    except ValueError:
        raise BadRequest(
            f"{name} is '{value}', which is not a {'whole ' if kind is int else ''}number", code=CODE
        ) from None
    if not least <= found <= most:  # refuses NaN as well
        bounds = f"at least {least:g}" if most == inf else f"between {least:g} and {most:g}"
        raise BadRequest(f"{name} is {value}: it must be {bounds}", code=CODE)
    return found


def one_of(env: Mapping[str, str], name: str, choices: Sequence[str]) -> str | None:
    """The variable's text; None if it is not set, or empty, because Compose passes unset variables as empty ones.

    Raises:
        BadRequest: the text is not one of the `choices`.
    """
    value = env.get(name)
    if value is None or not value.strip():
        return None
    if value not in choices:
        raise BadRequest(f"{name} is '{value}': it must be {', '.join(choices[:-1])} or {choices[-1]}", code=CODE)
    return value


def path_of(given: str | Path, name: str) -> Path:
    """The absolute path of a folder that a user gave for `name`; `~` is expanded.

    Raises:
        BadRequest: the path is empty, its home folder is unknown, or the current folder was deleted.
    """
    if not str(given).strip():
        raise BadRequest(f"{name} is empty: name a folder", code=CODE)
    try:
        path = Path(given).expanduser().absolute()
        str(path).encode()
    except RuntimeError:
        raise BadRequest(f"no home folder found for '{given}': set {name} to the path of a folder", code=CODE) from None
    except (OSError, ValueError) as error:
        raise BadRequest(f"{name} cannot be '{ascii(str(given))[1:-1]}': {error}", code=CODE) from None
    return path
