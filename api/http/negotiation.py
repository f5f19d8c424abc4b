"""Content negotiation by the client's Accept headers."""

from collections.abc import Sequence

from gradus.errors import NotAcceptable


def choose(accept: Sequence[str], offered: Sequence[str]) -> str:
    """The offered media type that the client prefers; the first one if the client sends no preference.

    Raises:
        NotAcceptable: the client accepts none of them.
    """
    ranges = _ranges(accept)
    if not ranges:
        return offered[0]
    best = max(offered, key=lambda media: _quality(media, ranges))  # the first of several equally good types
    if _quality(best, ranges) == 0:
        raise NotAcceptable(f"the Accept header allows no available media type: {' or '.join(offered)}")
    return best


def prefers_html(accept: Sequence[str]) -> bool:
    """Whether the client prefers a page for people, as browsers do, to a problem document for programs."""
    ranges = _ranges(accept)
    return _quality("text/html", ranges) > _quality("application/problem+json", ranges)


def accepts_gzip(accept_encoding: Sequence[str]) -> bool:
    """Whether the client accepts gzip. Without the header it does not."""
    weights = dict(_ranges(accept_encoding))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _ranges(headers: Sequence[str]) -> list[tuple[str, float]]:
    return [_range(part) for header in headers for part in header.split(",") if part.strip()]


def _range(text: str) -> tuple[str, float]:
    """A media range or a content coding, and its weight. An unreadable weight counts as 1."""
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
    """The weight of the most specific range that matches the media type."""
    for pattern in (media, f"{media.partition('/')[0]}/*", "*/*"):
        weights = [weight for name, weight in ranges if name == pattern]
        if weights:
            return max(weights)
    return 0.0
