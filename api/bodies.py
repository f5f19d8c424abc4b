"""Bodies of requests: JSON of a bounded size, read no further than it must be."""

from typing import Annotated

from fastapi import Depends, Request

from api.limits import BODY_BYTES
from gradus.errors import TooLarge, UnsupportedMedia

JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})


async def _body(request: Request) -> bytes:
    """The bytes of a JSON body.

    Raises:
        UnsupportedMedia: it says that it is something else, or nothing. A page of another origin can send
            other types without asking; this one needs our leave, which is never given.
        TooLarge: it is over the limit, or says so.
    """
    given = request.headers.get("content-type", "")
    if given.partition(";")[0].strip().lower() not in JSON_TYPES:
        raise UnsupportedMedia(f"send JSON, with 'Content-Type: application/json', not '{given[:100]}'")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_BYTES:
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> TooLarge:
    return TooLarge(f"a body may have {BODY_BYTES} bytes at most")


JsonBody = Annotated[bytes, Depends(_body)]
