"""Which form of an answer fits the client's Accept headers."""

from collections.abc import Sequence

from gradus.errors import NotAcceptable


def choose(accept: Sequence[str], offered: Sequence[str]) -> str:
    """The offered media type that the client likes best; the first one if it says nothing.

    Raises:
        NotAcceptable: it wants none of them.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda media: _quality(media, ranges))  # the first of equals
    if _quality(best, ranges) == 0:
        raise NotAcceptable(f"the answer comes as {' or '.join(offered)}, and the Accept header wants neither")
    return best


def prefers_html(accept: Sequence[str]) -> bool:
    """Whether it is a browser's address bar that asks, and not a program."""
    ranges = _ranges(accept)
    return _quality("text/html", ranges) > _quality("application/problem+json", ranges)


def unpacks_gzip(accept_encoding: Sequence[str]) -> bool:
    """Whether the client takes gzip; not, if it says nothing."""
    weights = dict(_ranges(accept_encoding))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _ranges(headers: Sequence[str]) -> list[tuple[str, float]]:
    return [_range(part) for header in headers for part in header.split(",") if part.strip()]


def _range(text: str) -> tuple[str, float]:
    """A media range, or a coding, and its weight; one that cannot be read counts as 1."""
    name, *parameters = (part.strip().lower() for part in text.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, _weight(value.strip())
    return name, 1.0


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 1.0
    return weight if 0 <= weight <= 1 else 1.0


def _quality(media: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The weight of the most exact range that the media type is in."""
    for wanted in (media, f"{media.partition('/')[0]}/*", "*/*"):
        weights = [weight for name, weight in ranges if name == wanted]
        if weights:
            return max(weights)
    return 0.0
