"""Bodies of requests: JSON of a bounded size, read no further than it must be."""

from typing import Annotated

from fastapi import Depends, Request

from api.limits import BODY_BYTES, SIGN_IN_BYTES
from gradus.errors import TooLarge, UnsupportedMedia

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})


async def _json(request: Request) -> bytes:
    """A document's."""
    return await _body(request, BODY_BYTES)


async def _small(request: Request) -> bytes:
    """That of somebody who is not let in yet."""
    return await _body(request, SIGN_IN_BYTES)


async def _body(request: Request, most: int) -> bytes:
    """The bytes of a JSON body.

    Raises:
        UnsupportedMedia: it says that it is something else, or nothing, or is packed. A page of another origin can send
            other types without asking; this one needs our leave, which is never given.
        TooLarge: it is over the limit, or says so.
    """
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in JSON_TYPES:
        raise UnsupportedMedia(f"send JSON, with 'Content-Type: application/json', not '{given[:100]}'")
    coding = request.headers.get("content-encoding", "").strip()
    if coding.lower() not in {"", "identity"}:
        raise UnsupportedMedia(f"send the body as it is, without 'Content-Encoding: {coding[:100]}'")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > most:
        raise _too_large(most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    return bytes(body)


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"a body may have {most} bytes at most here")


JsonBody = Annotated[bytes, Depends(_json)]
SmallBody = Annotated[bytes, Depends(_small)]
