"""Downloads a data set's files from public mirrors. A file gets its name only after its checksum was verified."""

import hashlib
import os
import secrets
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import httpx

from gradus.built_in_facts import BuiltInFacts, IdxFile
from hub.fsync import sync
from worker.data.errors import DataError
from worker.data.long_step import LongStep, Say

TRIES_PER_MIRROR = 2
MAX_BYTES = 256 * 2**20
"""Size limit of a download: no file of any data set is larger."""
CHUNK_BYTES = 64 * 2**10
TIMEOUT = httpx.Timeout(30, connect=10)


class BadDownload(Exception):
    """The downloaded bytes are not the file."""


def download(facts: BuiltInFacts, file: IdxFile, folder: Path, say: Say) -> Path:
    """Download the file into the folder, from the first mirror that has it; returns its path.

    Processes that download the same file at the same time write to separate temporary files; the last to finish
    replaces the file with equal bytes.

    Raises:
        DataError: no mirror has the file, or it cannot be written.
    """
    path = folder / file.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for mirror in facts.mirrors * TRIES_PER_MIRROR:
            address = f"{mirror.rstrip('/')}/{file.name}"
            try:
                _fetch(address, file, path, say)
            except (httpx.HTTPError, BadDownload) as failure:
                say(f"{address}: {failure or type(failure).__name__}")
            else:
                return path
    except OSError as failure:
        raise DataError(f"{path} cannot be written: {failure}") from failure
    raise DataError(
        f"the data set '{facts.name}' is missing and could not be downloaded: put {file.name} into {folder}"
    )


def _fetch(address: str, file: IdxFile, path: Path, say: Say) -> None:
    digest = _Digest(file)
    with (
        httpx.stream("GET", address, timeout=TIMEOUT, follow_redirects=True) as answer,
        _atomic_write(path) as part,
    ):
        answer.raise_for_status()
        for chunk in _chunks(answer, file.name, say):
            digest.update(chunk)
            part.write(chunk)
        if digest.hexdigest() != file.sha256:
            raise BadDownload("the SHA-256 differs: the file is truncated or a different one")


@contextmanager
def _atomic_write(path: Path) -> Iterator[BinaryIO]:
    """A temporary file, renamed to `path` when the block succeeds and deleted when it fails."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with part.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)


def _chunks(answer: httpx.Response, name: str, say: Say) -> Iterator[bytes]:
    """The chunks of the body. Reports the start and the progress of the download."""
    total = int(answer.headers.get("content-length", 0)) or None
    say(f"downloading {name} from {answer.url.host}" + (f", {total / 1e6:.1f} MB" if total else ""))
    step = LongStep(f"downloading {name}", total, "bytes", say)
    done = 0
    for chunk in answer.iter_raw(CHUNK_BYTES):
        yield chunk
        done += len(chunk)
        if done > MAX_BYTES:
            raise BadDownload(f"larger than {MAX_BYTES // 2**20} MiB")
        step.reached(done)
    step.end(done)


class _Digest:
    """SHA-256 of a stream, either of the gzip file or of its unpacked content, as `IdxFile.of` says."""

    def __init__(self, file: IdxFile) -> None:
        self._hash = hashlib.sha256()
        self._unpack = zlib.decompressobj(wbits=31) if file.of == "unpacked" else None

    def update(self, chunk: bytes) -> None:
        try:
            self._hash.update(self._unpack.decompress(chunk) if self._unpack else chunk)
        except zlib.error as wrong:
            raise BadDownload("not a gzip file") from wrong

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
