"""Creation of data sets and of their versions, from the body of a request or from uploads."""

import json
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from api.http.file_body import FileBody
from api.http.parsing import invalid
from api.services import datasets as service
from api.services import uploads as upload_service
from api.services.idempotency import Outcome, once
from gradus.errors import NotFound
from gradus.parse.document import Parse
from gradus.spec.spec_model import SpecModel
from gradus.wire.dataset_request import DatasetFile, DatasetRequest, VersionRequest
from gradus.wire.mistakes import mistakes
from gradus.wire.problem import Mistake
from hub.access import quotas
from hub.database.database import now
from hub.datasets import datasets, objects, records, uploads
from hub.datasets.datasets import Description, File, NewVersion
from hub.datasets.objects import StoredObject
from hub.hub import Hub
from hub.idempotency import Repeatable
from hub.tables import DatasetRow


class _Document(SpecModel):
    parse: Parse


def check_parse(parse: dict[str, Any]) -> None:
    """Check the options of `parse`. Without a `kind`, the file decides which options exist.

    Raises:
        InvalidSpec: an option is unknown or has an invalid value.
    """
    if "kind" not in parse:
        return
    try:
        _Document.model_validate({"parse": parse})
    except ValidationError as error:
        raise invalid(*mistakes(error, _Document)) from None


def check_room(hub: Hub, workspace_id: str, name: str | None, more: int) -> None:
    """Check the name and the quota before a file arrives. Both are checked again when it has arrived.

    Raises:
        Conflict: the name is taken.
        TooManyRequests: the workspace would store too much.
    """
    with hub.read() as session:
        if name is not None:
            service.check_name(session, workspace_id, name)
        quotas.check_bytes_quota(datasets.bytes_of(session, workspace_id), more, hub.settings.quotas)


def from_body(
    hub: Hub,
    workspace_id: str,
    described: Description,
    file: File,
    body: FileBody,
    parse: dict[str, Any],
    repeatable: Repeatable | None,
) -> Outcome:
    """Create a data set from a file. `file` has the file's name; its upload is added here.

    Raises:
        Conflict: the name is taken, or the key was used for another request.
        TooManyRequests: the workspace would store too much.
    """
    new = objects.store(hub, body.file, body.sha256, body.size)

    def create(session: Session) -> Outcome:
        quotas.lock(session, workspace_id)
        service.check_name(session, workspace_id, described.name)
        files = (_add_upload(session, hub, workspace_id, file, new),)
        return _created(session, hub, datasets.add(session, workspace_id, described, now(session)), files, parse)

    return once(hub, repeatable, create)


def from_uploads(hub: Hub, workspace_id: str, request: DatasetRequest, repeatable: Repeatable | None) -> Outcome:
    """Create a data set from uploads.

    Raises:
        InvalidSpec: an upload is unknown or has another digest.
        Conflict: the name is taken, an upload lacks parts, or the key was used for another request.
    """
    check_files(hub, workspace_id, request.files)
    described = Description(request.name, request.tags, request.notes, request.target)

    def create(session: Session) -> Outcome:
        quotas.lock(session, workspace_id)
        service.check_name(session, workspace_id, request.name)
        files = _lock_uploads(session, workspace_id, request.files)
        row = datasets.add(session, workspace_id, described, now(session))
        return _created(session, hub, row, files, request.parse)

    return once(hub, repeatable, create)


def version_from_body(
    hub: Hub,
    workspace_id: str,
    id_or_name: str,
    file: File,
    body: FileBody,
    parse: dict[str, Any],
    repeatable: Repeatable | None,
) -> Outcome:
    """Add a version of a data set from a file.

    Raises:
        NotFound: the workspace has no such data set.
        Forbidden: it is built in.
        Conflict: the key was used for another request.
        TooManyRequests: the workspace would store too much.
    """
    new = objects.store(hub, body.file, body.sha256, body.size)

    def add(session: Session) -> Outcome:
        quotas.lock(session, workspace_id)
        row = service.locked(session, workspace_id, id_or_name)
        return _new_version(session, hub, row, (_add_upload(session, hub, workspace_id, file, new),), parse)

    return once(hub, repeatable, add)


def version_from_uploads(
    hub: Hub, workspace_id: str, id_or_name: str, request: VersionRequest, repeatable: Repeatable | None
) -> Outcome:
    """Add a version of a data set: from other files, or from the same files with other options.

    Raises:
        NotFound: the workspace has no such data set.
        Forbidden: it is built in.
        InvalidSpec: an upload is unknown or has another digest.
        Conflict: an upload lacks parts, or the key was used for another request.
        TooManyRequests: the workspace would store too much.
    """
    check_files(hub, workspace_id, request.files or ())

    def add(session: Session) -> Outcome:
        quotas.lock(session, workspace_id)
        row = service.locked(session, workspace_id, id_or_name)
        newest = service.version(session, row, row.newest)
        parse = json.loads(newest.parse) if request.parse is None else request.parse
        files = request.files and _lock_uploads(session, workspace_id, request.files)
        if not files:  # the same files again: their new table may be as large as the files
            size = sum(source.size for source in records.sources(session, newest.id))
            quotas.check_bytes_quota(datasets.bytes_of(session, workspace_id), size, hub.settings.quotas)
        return _new_version(session, hub, row, files or datasets.files(session, newest.id), parse)

    return once(hub, repeatable, add)


def check_files(hub: Hub, workspace_id: str, files: Sequence[DatasetFile]) -> None:
    """Check that the uploads are complete.

    Raises:
        InvalidSpec: an upload is unknown or has another digest.
        Conflict: an upload lacks parts.
    """
    for i, file in enumerate(files):
        try:
            upload_service.check_complete(hub, workspace_id, file.upload)
        except NotFound as error:
            raise _unknown_upload(i, file, error.detail) from None


def _created(session: Session, hub: Hub, row: DatasetRow, files: tuple[File, ...], parse: dict[str, Any]) -> Outcome:
    datasets.add_version(session, row, NewVersion(files, parse), now(session))
    service.tell(session, hub, row)
    session.refresh(row)
    record = records.detailed(session, row, hub.settings.dataset_dirs)
    return Outcome(row.id, record.model_dump_json())


def _new_version(
    session: Session, hub: Hub, row: DatasetRow, files: tuple[File, ...], parse: dict[str, Any]
) -> Outcome:
    version = datasets.add_version(session, row, NewVersion(files, parse), now(session))
    session.flush()
    service.tell(session, hub, row)
    session.refresh(row)
    return Outcome(row.id, records.version(session, row, version).model_dump_json())


def _add_upload(session: Session, hub: Hub, workspace_id: str, file: File, new: StoredObject) -> File:
    """The file, with an upload of this object. The workspace's row must be locked."""
    quotas.check_bytes_quota(datasets.bytes_of(session, workspace_id), new.size, hub.settings.quotas)
    upload = uploads.add_whole(session, workspace_id, new, now(session))
    return File(upload.id, file.name, file.split)


def _lock_uploads(session: Session, workspace_id: str, files: Sequence[DatasetFile]) -> tuple[File, ...]:
    """The files, with their uploads locked: an expired upload may have been deleted in the meantime."""
    for upload_id in sorted({file.upload for file in files}):
        if uploads.lock_of(session, workspace_id, upload_id) is None:
            i = next(i for i, file in enumerate(files) if file.upload == upload_id)
            raise _unknown_upload(i, files[i], f"no upload {upload_id}")
    return tuple(File(file.upload, file.name or file.upload, file.split) for file in files)


def _unknown_upload(i: int, file: DatasetFile, why: str) -> Exception:
    return invalid(Mistake(path=f"files/{i}/upload", message=why, input=file.upload))
