"""Uploads a large file in numbered parts, several at a time. After a broken connection, missing parts are sent."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

from gradus.client.methods import run
from gradus.client.request import FileBody, Request, encoded, idempotency, nothing, path_of, reads
from gradus.client.retry import PATIENCE, UNREACHABLE, Outage, Retries
from gradus.client.source import UNKNOWN, Source
from gradus.errors import BadRequest, GradusError
from gradus.wire.upload import UploadRecord

if TYPE_CHECKING:
    from gradus.client.transport import Transport

TOGETHER = 4
"""Number of parts that are sent at the same time."""
Report = Callable[[int, int], None]
"""Called with the number of bytes that have been sent, and the total number."""


class Sent:
    """How many bytes of some files have been sent, whose parts are sent at the same time."""

    def __init__(self, total: int, report: Report | None) -> None:
        self._total, self._report = total, report
        self._of: dict[tuple[int, int], int] = {}
        self._lock = Lock()

    def part(self, file: int, number: int) -> Callable[[int], None]:
        """A callback for the number of bytes of a part that have been sent; the number drops when the part is
        resent."""

        def tell(count: int) -> None:
            with self._lock:
                self._of[file, number] = count
                if self._report is not None:
                    self._report(sum(self._of.values()), self._total)

        return tell


async def send_parts(
    transport: "Transport[Any]", source: Source, sent: Sent, file: int = 0, resume: str | None = None
) -> str:
    """Send a file as an upload, or the parts that the upload `resume` lacks. Returns the upload's id.

    Raises:
        GradusError: the service refused, or is no longer reachable; the upload can be resumed for a day.
    """
    upload = await transport.send(_create(source) if resume is None else get_upload(resume))
    if upload.size != source.size:
        raise BadRequest(f"{upload.id} was begun for a file of {upload.size:,} bytes, but this one has {source.size:,}")
    while missing := _missing(upload, source, sent, file):
        try:
            await _all(transport, [_part(upload, source, number, sent.part(file, number)) for number in missing])
        except GradusError as error:
            known = len(upload.received)
            upload = await _after(transport, upload, error)
            if len(upload.received) == known:
                raise _resumable(error, upload) from error
        else:
            break
    return upload.id


def get_upload(upload_id: str) -> Request[UploadRecord]:
    """`GET /v1/uploads/{id}`."""
    return Request("GET", path_of("uploads", upload_id), reads(UploadRecord))


def _create(source: Source) -> Request[UploadRecord]:
    body = encoded({"size": source.size})
    return Request("POST", "/v1/uploads", reads(UploadRecord), headers=idempotency(None), body=body)


def _missing(upload: UploadRecord, source: Source, sent: Sent, file: int) -> Sequence[int]:
    for number in upload.received:
        start, stop = _bounds(upload, source, number)
        sent.part(file, number)(stop - start)
    return sorted({*range(1, upload.parts + 1)} - {*upload.received})


def _bounds(upload: UploadRecord, source: Source, number: int) -> tuple[int, int]:
    return (number - 1) * upload.part_bytes, min(number * upload.part_bytes, source.size)


def _part(
    upload: UploadRecord, source: Source, number: int, sent: Callable[[int], None]
) -> Callable[[], Request[None]]:
    """A function that creates the request for a part: the digest is computed only when the part is about to be sent."""

    def make() -> Request[None]:
        start, stop = _bounds(upload, source, number)
        digest = b64encode(source.digest(start, stop)).decode()
        body = FileBody(UNKNOWN, stop - start, lambda: source.pieces(start, stop, sent))
        path = path_of("uploads", upload.id, f"parts/{number}")
        return Request("PUT", path, nothing, headers={"Content-Digest": f"sha-256=:{digest}:"}, body=body)

    return make


async def _all(transport: "Transport[Any]", requests: Sequence[Callable[[], Request[None]]]) -> None:
    """Send the requests, `TOGETHER` at a time.

    Raises:
        GradusError: the error of the first request that failed; requests that have not begun are not sent.
    """
    queue, lock = iter(requests), Lock()

    def following() -> Callable[[], Request[None]] | None:
        with lock:
            return next(queue, None)

    async def send_some() -> None:
        while (make := following()) is not None:
            try:
                await transport.send(make(), Retries(transport.options.max_retries))
            except BaseException:
                _exhaust(following)
                raise

    senders = min(TOGETHER, len(requests))
    if not transport.blocks:
        from asyncio import gather  # noqa: PLC0415 (a tenth of the import's time)

        for result in await gather(*(send_some() for _ in range(senders)), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        return
    with ThreadPoolExecutor(senders) as threads:
        for done in [threads.submit(lambda: run(send_some())) for _ in range(senders)]:
            done.result()


def _exhaust(following: Callable[[], object]) -> None:
    for _ in iter(following, None):
        pass


async def _after(transport: "Transport[Any]", upload: UploadRecord, error: GradusError) -> UploadRecord:
    """The service's state of the upload after an error, as soon as the service is reachable again.

    Raises:
        GradusError: `error`, if it is not about a connection; or the service stays unreachable.
    """
    if error.code != UNREACHABLE:
        raise error
    try:
        return await transport.send(get_upload(upload.id), Outage(PATIENCE))
    except GradusError as still:
        raise _resumable(still, upload) from error


def _resumable(error: GradusError, upload: UploadRecord) -> GradusError:
    error.args = (f"{error.detail}; the upload {upload.id} can be resumed",)
    error.detail = str(error.args[0])
    return error
