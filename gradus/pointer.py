"""Places in a document, as in error messages: keys and indices joined by `/`, escaped as in a JSON pointer (RFC 6901),
because the name of a column may contain a `/`. Unlike in a pointer, the first key has no `/` before it."""

from collections.abc import Iterable


def pointer(keys: Iterable[str | int]) -> str:
    """The place that these keys lead to; empty for the document itself."""
    return "/".join(map(escaped, keys))


def escaped(key: str | int) -> str:
    """A key, escaped as a part of a place."""
    return str(key).replace("~", "~0").replace("/", "~1")


def keys_of(place: str) -> tuple[str, ...]:
    """The keys that lead to a place."""
    return tuple(key.replace("~1", "/").replace("~0", "~") for key in place.split("/")) if place else ()


def readable(place: str) -> str:
    """A place in readable form: a key that contains a `/` is in quotes."""
    return "/".join(f"'{key}'" if "/" in key else key for key in keys_of(place))
