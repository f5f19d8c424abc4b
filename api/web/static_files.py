"""Files that pages are made of, packed for who unpacks."""

import gzip
import hashlib
import re
from functools import cached_property, lru_cache
from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from api.http.etags import none_match
from api.http.negotiation import unpacks_gzip
from api.middleware.security_headers import PAGE

PACKED = frozenset({".js", ".css", ".svg"})
ASKED = "no-cache"
KEPT = "public, max-age=31536000, immutable"
PIECE = 32 << 10
_GZIP = {"Content-Encoding": "gzip"}
_WORD = re.compile("[0-9a-f]{12}")
"""A version."""


class Shared(Response):
    """Sends what is in memory once for all, in pieces, as the client takes them: of an answer that waits as a whole the
    server has to believe that it costs memory, and gives up whom it waits for the longest."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for begin in range(0, len(self.body) or 1, PIECE):
            end = begin + PIECE
            piece = bytes(self.body[begin:end])
            await send({"type": "http.response.body", "body": piece, "more_body": end < len(self.body)})


class Files(StaticFiles):
    """A folder. Its files are never taken from a browser's cache unasked: modules of two versions would not understand
    each other. The tag is weak, for it is the same with and without gzip."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        tag = response.headers["ETag"]
        if isinstance(response, FileResponse) and Path(path).suffix in PACKED and _unpacks(scope):
            content = await run_in_threadpool(_packed, str(response.path), tag)
            response = Shared(content, media_type=response.media_type, headers=_GZIP)
        response.headers.update({"Cache-Control": ASKED, "ETag": f"W/{tag}", "Vary": "Accept-Encoding"})
        return response


class Versioned(Files):
    """A folder whose files stand below a word for their version, too. There a browser may keep them for good, as long
    as they are what they were when the service started; below another version's word it gets what there is now."""

    def __init__(self, directory: Path, version: str) -> None:
        super().__init__(directory=directory)
        self._version = version
        self._at_first = {str(file.relative_to(directory)): _stamp(file) for file in directory.rglob("*.*")}

    async def get_response(self, path: str, scope: Scope) -> Response:
        word, _, rest = path.partition("/")
        if not _WORD.fullmatch(word):
            return _of_page(await super().get_response(path, scope))
        response = _of_page(await super().get_response(rest, scope))
        if word == self._version and _stamp(Path(str(self.directory), rest)) == self._at_first.get(rest):
            response.headers["Cache-Control"] = KEPT
        return response


class Made:
    """A file that stands in no folder. It is what it was when the service started."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self._content = content
        self._media_type = media_type
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'

    @cached_property
    def _packed(self) -> bytes:
        return gzip.compress(self._content, 6, mtime=0)

    def response(self, scope: Scope, keep: str = ASKED) -> Response:
        """The file, unless the client has it already."""
        headers = {"Cache-Control": keep, "ETag": f"W/{self._tag}", "Vary": "Accept-Encoding"}
        if none_match(Headers(scope=scope).getlist("If-None-Match"), self._tag):
            return Response(status_code=304, headers=headers)
        if _unpacks(scope):
            return Shared(self._packed, 200, headers | _GZIP, self._media_type)
        return Shared(self._content, 200, headers, self._media_type)


def _of_page(response: Response) -> Response:
    """A worker is bound by the policy of its own script, not by that of the page which starts it."""
    response.headers["Content-Security-Policy"] = PAGE
    return response


def _stamp(file: Path) -> tuple[int, int]:
    """What changes with the file."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def _unpacks(scope: Scope) -> bool:
    return unpacks_gzip(Headers(scope=scope).getlist("Accept-Encoding"))


@lru_cache(maxsize=256)  # all of them together come to 3 MB
def _packed(path: str, _tag: str) -> bytes:
    """The file of this version."""
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)
