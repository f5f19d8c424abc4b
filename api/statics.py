"""Files that pages are made of, packed for who unpacks."""

import gzip
from functools import lru_cache
from pathlib import Path

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers
from starlette.types import Scope

from api.negotiation import unpacks_gzip

PACKED = frozenset({".js", ".css", ".svg"})


class Files(StaticFiles):
    """A folder. Unless it is told otherwise, a browser asks each time whether its own are still good: modules of two
    versions would not understand each other. The tag is weak, for it is the same with and without gzip."""

    def __init__(self, directory: Path, cached: str = "no-cache") -> None:
        super().__init__(directory=directory)
        self._cached = cached

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        tag = response.headers["ETag"]
        if isinstance(response, FileResponse) and Path(path).suffix in PACKED and _unpacks(scope):
            content = await run_in_threadpool(_packed, str(response.path), tag)
            response = Response(content, media_type=response.media_type, headers={"Content-Encoding": "gzip"})
        response.headers.update({"Cache-Control": self._cached, "ETag": f"W/{tag}", "Vary": "Accept-Encoding"})
        return response


def _unpacks(scope: Scope) -> bool:
    return unpacks_gzip(Headers(scope=scope).getlist("Accept-Encoding"))


@lru_cache(maxsize=256)  # all of them together come to 4 MB
def _packed(path: str, _tag: str) -> bytes:  # plotly.js takes a third of a second
    """The file of this version."""
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)
