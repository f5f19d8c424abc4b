"""Uploads: create, receive parts, look at, delete."""

import hashlib

from sqlalchemy.orm import Session

from api.http.file_body import DIFFERS, FileBody
from api.services.idempotency import Outcome, once
from api.services.lookup import UPLOADS
from gradus.errors import Conflict, InvalidSpec, NotFound, TooLarge
from gradus.wire.upload import UploadRecord, UploadRequest
from hub.access import quotas
from hub.database.database import now
from hub.datasets import datasets, objects, uploads
from hub.hub import Hub
from hub.idempotency import Repeatable
from hub.tables import UploadRow

_READ_BYTES = 1 << 20


def create(hub: Hub, workspace_id: str, request: UploadRequest, repeatable: Repeatable | None = None) -> Outcome:
    """Begin an upload.

    Raises:
        Conflict: the key was used for another request.
        TooLarge: the file is over the limit.
        TooManyRequests: the workspace would store too much.
    """
    limit = hub.settings.quotas.upload_bytes
    if request.size > limit:
        raise TooLarge(f"the file has {request.size:,} bytes: the limit of an upload is {limit:,}")

    def add(session: Session) -> Outcome:
        quotas.lock(session, workspace_id)
        quotas.check_bytes_quota(datasets.bytes_of(session, workspace_id), request.size, hub.settings.quotas)
        row = uploads.add(session, workspace_id, request.size, request.sha256, now(session))
        return Outcome(row.id, uploads.record(session, row).model_dump_json())

    return once(hub, repeatable, add)


def get(hub: Hub, workspace_id: str, upload_id: str) -> UploadRecord:
    """The upload as it is now.

    Raises:
        NotFound: the workspace has no upload with this id.
    """
    with hub.read() as session:
        return uploads.record(session, UPLOADS.found(session, workspace_id, upload_id))


def expected_part(hub: Hub, workspace_id: str, upload_id: str, number: int) -> int:
    """The size of a part.

    Raises:
        NotFound: the workspace has no upload with this id, or the upload has no such part.
    """
    with hub.read() as session:
        row = UPLOADS.found(session, workspace_id, upload_id)
        _check_number(row, number)
        return uploads.part_size(row, number)


def receive(hub: Hub, workspace_id: str, upload_id: str, number: int, body: FileBody) -> None:
    """Store a part. Receiving the same bytes again has no effect.

    Raises:
        NotFound: the workspace has no upload with this id, or the upload has no such part.
        InvalidSpec: the part has another size.
        Conflict: the part has arrived with other bytes.
    """
    with hub.read() as session:
        row = UPLOADS.found(session, workspace_id, upload_id)
        _check_number(row, number)
        size = uploads.part_size(row, number)
        present = uploads.digest_of_part(session, upload_id, number)
    if body.size != size:
        raise InvalidSpec(
            f"part {number} of this upload has {size:,} bytes, but {body.size:,} arrived", code="part_size"
        )
    if present is not None:
        if present != body.sha256:
            raise uploads.part_differs(number)
        return
    new = objects.store(hub, body.file, body.sha256, body.size)
    with hub.write() as session:
        uploads.receive(session, UPLOADS.locked(session, workspace_id, upload_id), number, new)


def remove(hub: Hub, workspace_id: str, upload_id: str) -> None:
    """Delete an upload with its parts.

    Raises:
        NotFound: the workspace has no upload with this id.
        Conflict: a data set uses it.
    """
    with hub.write() as session:
        row = UPLOADS.locked(session, workspace_id, upload_id)
        if uploads.is_used(session, row.id):
            raise Conflict(f"a data set uses upload {row.id}: delete the data set", code="in_use")
        uploads.delete_unused(session, [row.id], now(session))


def check_complete(hub: Hub, workspace_id: str, upload_id: str) -> None:
    """Check that all parts of an upload have arrived, and that the file has the digest that the client has given.

    Raises:
        NotFound: the workspace has no upload with this id.
        Conflict: parts are missing.
        InvalidSpec: the file has another digest.
    """
    with hub.read() as session:
        row = UPLOADS.found(session, workspace_id, upload_id)
        arrived = set(uploads.received(session, upload_id))
        missing = [number for number in range(1, uploads.parts(row) + 1) if number not in arrived]
        parts = [] if missing else uploads.content(session, upload_id)
    if missing:
        listed = ", ".join(map(str, missing[:20])) + (" …" if len(missing) > 20 else "")
        raise Conflict(f"upload {upload_id} lacks {len(missing)} parts: {listed}", code="upload_incomplete")
    if row.sha256 is None or (len(parts) == 1 and parts[0].sha256 == row.sha256):
        return
    digest = hashlib.sha256()
    for part in parts:
        with hub.artifacts.open(part.key, part.digest) as folder, (folder / objects.CONTENT).open("rb") as file:
            while chunk := file.read(_READ_BYTES):
                digest.update(chunk)
    if digest.hexdigest() != row.sha256:
        raise InvalidSpec(
            f"the parts of upload {upload_id} have SHA-256 {digest.hexdigest()} together, not {row.sha256}",
            code=DIFFERS,
        )


def _check_number(row: UploadRow, number: int) -> None:
    if number > uploads.parts(row):
        raise NotFound(f"upload {row.id} has the parts 1 to {uploads.parts(row)}, and no part {number}")
