"""Static files of the pages, compressed with gzip if the client accepts it."""

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
from api.http.negotiation import accepts_gzip
from api.middleware.security_headers import PAGE

COMPRESSIBLE = frozenset({".js", ".css", ".svg"})
REVALIDATE = "no-cache"
IMMUTABLE = "public, max-age=31536000, immutable"
CHUNK_BYTES = 32 << 10
_GZIP = {"Content-Encoding": "gzip"}
_VERSION = re.compile("[0-9a-f]{12}")
"""The form of a version in a URL."""


class SharedContent(Response):
    """Sends content that all responses share in memory, in chunks, as the client reads. If it were written whole, the
    server would count it as buffered memory and might close slow clients (see `Connections.blocked`)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        for begin in range(0, len(self.body) or 1, CHUNK_BYTES):
            end = begin + CHUNK_BYTES
            piece = bytes(self.body[begin:end])
            await send({"type": "http.response.body", "body": piece, "more_body": end < len(self.body)})


class StaticFolder(StaticFiles):
    """A folder of static files. Browsers must revalidate cached files: modules of two versions are incompatible. The
    entity tag is weak, because it is the same with and without gzip."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        tag = response.headers["ETag"]
        if isinstance(response, FileResponse) and Path(path).suffix in COMPRESSIBLE and _accepts_gzip(scope):
            content = await run_in_threadpool(_compressed, str(response.path), tag)
            response = SharedContent(content, media_type=response.media_type, headers=_GZIP)
        response.headers.update({"Cache-Control": REVALIDATE, "ETag": f"W/{tag}", "Vary": "Accept-Encoding"})
        return response


class VersionedFolder(StaticFolder):
    """A folder whose files are also served under `VERSION/path`. With this service's version, and if the file has not
    changed since the start, browsers may cache it permanently. With another version, the current file is served."""

    def __init__(self, directory: Path, version: str) -> None:
        super().__init__(directory=directory)
        self._version = version
        self._initial_stamps = {str(file.relative_to(directory)): _stamp(file) for file in directory.rglob("*.*")}

    async def get_response(self, path: str, scope: Scope) -> Response:
        version, _, rest = path.partition("/")
        if not _VERSION.fullmatch(version):
            return _with_page_policy(await super().get_response(path, scope))
        response = _with_page_policy(await super().get_response(rest, scope))
        if version == self._version and _stamp(Path(str(self.directory), rest)) == self._initial_stamps.get(rest):
            response.headers["Cache-Control"] = IMMUTABLE
        return response


class InMemoryFile:
    """A generated file, kept in memory since the service started."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self._content = content
        self._media_type = media_type
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'

    @cached_property
    def _compressed(self) -> bytes:
        return gzip.compress(self._content, 6, mtime=0)

    def response(self, scope: Scope, cache_control: str = REVALIDATE) -> Response:
        """The file, or 304 if the client has it already."""
        headers = {"Cache-Control": cache_control, "ETag": f"W/{self._tag}", "Vary": "Accept-Encoding"}
        if none_match(Headers(scope=scope).getlist("If-None-Match"), self._tag):
            return Response(status_code=304, headers=headers)
        if _accepts_gzip(scope):
            return SharedContent(self._compressed, 200, headers | _GZIP, self._media_type)
        return SharedContent(self._content, 200, headers, self._media_type)


def _with_page_policy(response: Response) -> Response:
    """Set the pages' Content-Security-Policy: a web worker obeys the policy of its script, not of the page."""
    response.headers["Content-Security-Policy"] = PAGE
    return response


def _stamp(file: Path) -> tuple[int, int]:
    """Modification time and size, to detect changes of the file."""
    status = file.stat()
    return status.st_mtime_ns, status.st_size


def _accepts_gzip(scope: Scope) -> bool:
    return accepts_gzip(Headers(scope=scope).getlist("Accept-Encoding"))


@lru_cache(maxsize=256)  # all files together take 3 MB
def _compressed(path: str, _tag: str) -> bytes:
    """The compressed file. `_tag` makes the cache distinguish versions of the file."""
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)
