"""Request bodies: JSON with a size limit. Reading stops at the limit."""

from typing import Annotated

from fastapi import Depends, Request

from api.limits import BODY_BYTES, SIGN_IN_BYTES
from gradus.errors import TooLarge, UnsupportedMedia

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})


async def json_body(request: Request) -> bytes:
    """The body of an authenticated request."""
    return await _body(request, BODY_BYTES)


async def optional_json_body(request: Request) -> bytes:
    """The body of an authenticated request; without one, an empty object."""
    return b"{}" if _is_absent(request) else await _body(request, BODY_BYTES)


def _is_absent(request: Request) -> bool:
    """Whether the head announces no body (RFC 9112, 6.3), as `curl -X POST` does."""
    return "transfer-encoding" not in request.headers and request.headers.get("content-length", "0").strip("0") == ""


def is_json(request: Request) -> bool:
    """Whether the body's media type is JSON."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in JSON_TYPES


async def _small(request: Request) -> bytes:
    """The body of a sign-in, whose sender is not authenticated yet."""
    return await _body(request, SIGN_IN_BYTES)


async def _body(request: Request, limit: int) -> bytes:
    """The bytes of a JSON body.

    Raises:
        UnsupportedMedia: the Content-Type is not JSON, or the body is compressed. Requiring JSON also protects against
            CSRF: a page of another origin can send other types freely, but JSON only after a CORS preflight request,
            which this service never approves.
        TooLarge: the body, or its Content-Length, is over the limit.
    """
    given = request.headers.get("content-type", "")
    if not is_json(request):
        instead = f", not '{given[:100]}'" if given else ""
        raise UnsupportedMedia(f"send JSON, with 'Content-Type: application/json'{instead}")
    coding = request.headers.get("content-encoding", "").strip()
    if coding.lower() not in {"", "identity"}:
        raise UnsupportedMedia(f"send the body uncompressed, without 'Content-Encoding: {coding[:100]}'")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise _too_large(limit)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"the body is too large: the limit is {limit} bytes")


JsonBody = Annotated[bytes, Depends(json_body)]
OptionalJsonBody = Annotated[bytes, Depends(optional_json_body)]
"""For requests whose fields all have defaults."""
SmallBody = Annotated[bytes, Depends(_small)]
