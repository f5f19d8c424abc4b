"""Files that pages are made of, packed for who unpacks."""

import gzip
import re
from functools import lru_cache
from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope

from api.negotiation import unpacks_gzip

PACKED = frozenset({".js", ".css", ".svg"})
ASKED = "no-cache"
KEPT = "public, max-age=31536000, immutable"
_WORD = re.compile("[0-9a-f]{12}")
"""A version."""


class Files(StaticFiles):
    """A folder. Its files are never taken from a browser's cache unasked: modules of two versions would not understand
    each other. The tag is weak, for it is the same with and without gzip.

    `head` is put before the text of each.
    """

    def __init__(self, directory: Path, head: bytes = b"") -> None:
        super().__init__(directory=directory)
        self._head = head

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        tag = response.headers["ETag"]
        if isinstance(response, FileResponse) and Path(path).suffix in PACKED:
            read, coding = (_packed, {"Content-Encoding": "gzip"}) if _unpacks(scope) else (_plain, {})
            content = await run_in_threadpool(read, str(response.path), tag, self._head)
            response = Response(content, media_type=response.media_type, headers=coding)
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
            return await super().get_response(path, scope)
        response = await super().get_response(rest, scope)
        if word == self._version and _stamp(Path(str(self.directory), rest)) == self._at_first.get(rest):
            response.headers["Cache-Control"] = KEPT
        return response


class Made:
    """A file that stands in no folder, of the version that the service has."""

    def __init__(self, text: str, media_type: str, version: str) -> None:
        self._plain = text.encode()
        self._packed = gzip.compress(self._plain, mtime=0)
        self._media_type = media_type
        self._version = version

    def response(self, version: str, scope: Scope) -> Response:
        """For who asked for a version's; of another one's it gets what there is now."""
        packs = _unpacks(scope)
        headers = {"Cache-Control": KEPT if version == self._version else ASKED, "Vary": "Accept-Encoding"}
        coding = {"Content-Encoding": "gzip"} if packs else {}
        return Response(self._packed if packs else self._plain, 200, headers | coding, self._media_type)


def _stamp(file: Path) -> tuple[int, int]:
    """What changes with the file."""
    found = file.stat()
    return found.st_mtime_ns, found.st_size


def _unpacks(scope: Scope) -> bool:
    return unpacks_gzip(Headers(scope=scope).getlist("Accept-Encoding"))


@lru_cache(maxsize=256)  # all of them together come to 4 MB
def _packed(path: str, tag: str, head: bytes) -> bytes:  # plotly.js takes a third of a second
    """The file of this version."""
    return gzip.compress(_plain(path, tag, head), 6, mtime=0)


def _plain(path: str, _tag: str, head: bytes) -> bytes:
    return head + Path(path).read_bytes()
