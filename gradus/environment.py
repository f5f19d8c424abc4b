"""What the environment says: each variable as what it stands for, or a sentence about what is wrong with it."""

from collections.abc import Callable, Mapping
from math import inf
from pathlib import Path
from typing import TypeVar

from gradus.errors import BadRequest

T = TypeVar("T", int, float)

CODE = "environment"


def text(env: Mapping[str, str], name: str) -> str | None:
    """The variable; None if it is not set.

    Raises:
        BadRequest: it is empty. In a script that is a variable that was never set, and its default another place.
    """
    value = env.get(name)
    if value is not None and not value.strip():
        raise BadRequest(f"{name} is empty: give it a value, or unset it", code=CODE)
    return value


def folder(env: Mapping[str, str], name: str) -> Path | None:
    """The folder that the variable names.

    Raises:
        BadRequest: it is empty, or no folder is found by it.
    """
    value = text(env, name)
    return None if value is None else path_of(value, name)


def number(env: Mapping[str, str], name: str, kind: Callable[[str], T], least: float, most: float = inf) -> T | None:
    """The number that the variable is; an empty one counts as not set, for that is how Compose passes those on.

    Raises:
        BadRequest: it is none, less than the least or more than the most.
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
    if not least <= found <= most:  # nor is NaN
        bounds = f"at least {least:g}" if most == inf else f"between {least:g} and {most:g}"
        raise BadRequest(f"{name} is {value}: it must be {bounds}", code=CODE)
    return found


def path_of(given: str | Path, name: str) -> Path:
    """The absolute path of what a person wrote after `name`; `~` is looked for only where it stands.

    Raises:
        BadRequest: it is empty, wants a home that nobody knows, or is below a folder that is gone.
    """
    if not str(given).strip():
        raise BadRequest(f"{name} is empty: name a folder", code=CODE)
    try:
        path = Path(given).expanduser().absolute()
        str(path).encode()
    except RuntimeError:
        raise BadRequest(f"no home folder found for '{given}': name a folder with {name}", code=CODE) from None
    except (OSError, ValueError) as error:
        raise BadRequest(f"{name} cannot be '{ascii(str(given))[1:-1]}': {error}", code=CODE) from None
    return path
