"""A reading: a claimed version's files become a stored table, in a child process, while the lease is renewed."""

import hashlib
import logging
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from gradus.wire.dataset import ReadFailure
from gradus.wire.event import StepProgress
from gradus.wire.finding import FindingPage
from gradus.wire.statistics import Statistics
from hub.artifacts.manifest import Damaged
from hub.database.database import DATABASE_AWAY
from hub.datasets import events, readings
from hub.datasets.events import DatasetEvent, Event
from hub.datasets.objects import CONTENT
from hub.datasets.reading_claims import ClaimedFile, Reading
from hub.datasets.readings import ReadResult
from hub.hub import Hub
from hub.jobs.leases import LeaseLost
from preprocessing.stored_names import FINDINGS, STATISTICS
from reading.child import ReadingCancelled, read
from reading.failure import ReadingFailed
from reading.messages import Log, Progress
from reading.request import ReadRequest
from reading.source import SourceFile
from worker.database_retry import with_retry
from worker.shutdown import Shutdown

PROGRESS_SECONDS = 1.0
"""Minimum time between two progress events."""
_COPY_BYTES = 1 << 20

logger = logging.getLogger(__name__)


class ReadingJob:
    """Reads one claimed version. If the lease is lost, or the worker shuts down, the child is killed."""

    def __init__(self, hub: Hub, reading: Reading, folder: Path, shutdown: Shutdown) -> None:
        """`folder` is a new folder for files that are needed meanwhile; it is removed at the end."""
        self._hub = hub
        self._reading = reading
        self._lease = reading.lease
        self._folder = folder
        self._shutdown = shutdown
        self._lost = threading.Event()
        self._over = threading.Event()
        self._new_events: list[Event] = []
        self._progress: StepProgress | None = None
        self._lock = threading.Lock()
        self._sha256s: dict[str, str] = {}
        self._renewal = threading.Thread(target=self._renew, name="reading lease", daemon=True)

    def run(self) -> None:
        """Read, store and record. Whatever happens, the version is ready, has failed, or will be read again."""
        self._renewal.start()
        try:
            self._read()
        except LeaseLost as lost:
            logger.warning("%s", lost)
        except ReadingCancelled:
            self._cancelled()
        except ReadingFailed as failed:
            self._fail(ReadFailure(**failed.record()))
        except (OSError, *DATABASE_AWAY) as error:  # it is read again when the lease has expired
            logger.warning("%s cannot be read now: %s", self._lease.version_id, error)
        except Exception:
            logger.exception("%s cannot be read", self._lease.version_id)
            self._fail(ReadFailure(code="reader_fault", message="an internal error of Gradus: see the worker's log"))
        finally:
            self._over.set()
            self._renewal.join()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._delete_unused_table()

    def _read(self) -> None:
        with ExitStack() as opened:
            files = [self._intact(file, i, opened) for i, file in enumerate(self._reading.files)]
            request = ReadRequest(
                files=tuple(files),
                parse=dict(self._reading.parse),
                out=self._folder / "table",
                target=self._reading.target,
            )
            table = read(request, self._hear, self._is_cancelled)
        self._check()
        statistics = _optional(request.out / STATISTICS)
        findings = _optional(request.out / FINDINGS)
        receipt = self._hub.artifacts.put(self._lease.key, lambda target: _move_files(request.out, target))
        result = ReadResult(
            table=table,
            receipt=receipt,
            statistics=None if statistics is None else Statistics.model_validate_json(statistics),
            findings=() if findings is None else FindingPage.model_validate_json(findings).data,
            sha256s=self._sha256s,
        )
        settings = self._hub.settings
        self._end(lambda session: readings.finish(session, self._lease, result, settings))
        logger.info("%s was read: %d rows, %d columns", self._lease.version_id, table.rows, len(table.columns))

    def _intact(self, file: ClaimedFile, position: int, opened: ExitStack) -> SourceFile:
        """The file, whole on this machine.

        Raises:
            ReadingFailed: it is not what was sent.
        """
        try:
            return self._local(file, position, opened)
        except Damaged as damaged:
            raise ReadingFailed(
                "data_error", f"the stored file is damaged ({damaged}): upload it again", file=file.name
            ) from damaged

    def _local(self, file: ClaimedFile, position: int, opened: ExitStack) -> SourceFile:
        """The file, whole on this machine. The parts of an upload are joined, and hashed on the way."""
        if len(file.parts) == 1:
            ((key, digest),) = file.parts
            folder = opened.enter_context(self._hub.artifacts.open(key, digest))
            return SourceFile(folder / CONTENT, file.name, file.split)
        path, hashed = self._folder / f"file-{position}", hashlib.sha256()
        with path.open("wb") as whole:
            for part in file.parts:
                self._check()
                with self._hub.artifacts.open(*part) as folder, (folder / CONTENT).open("rb") as content:
                    _append(content, whole, hashed)
                done = StepProgress(what=f"joining {file.name}", done=whole.tell(), total=file.size, unit="bytes")
                self._tell(done)
        if file.sha256 is None:
            self._sha256s[file.upload_id] = hashed.hexdigest()
        elif file.sha256 != hashed.hexdigest():
            raise ReadingFailed(
                "data_error", f"the joined parts have SHA-256 {hashed.hexdigest()}, not {file.sha256}", file=file.name
            )
        return SourceFile(path, file.name, file.split)

    def _hear(self, said: Progress | Log) -> None:
        with self._lock:
            if isinstance(said, Log):
                self._new_events.append(events.line(said.text))
            else:
                self._progress = StepProgress(what=said.what, done=said.done, total=said.total, unit=said.unit)

    def _tell(self, progress: StepProgress) -> None:
        with self._lock:
            self._progress = progress

    def _renew(self) -> None:
        """Renew the lease, and write what there is to tell, at most once in `PROGRESS_SECONDS`."""
        renewal = self._lease.term.total_seconds() / 5
        renewed = time.monotonic()
        while not self._over.wait(min(PROGRESS_SECONDS, renewal)):
            new = self._take_events()
            if not new and time.monotonic() - renewed < renewal:
                continue
            try:
                with self._hub.write() as session:
                    readings.heartbeat(session, self._lease, new)
                renewed = time.monotonic()
            except LeaseLost as lost:
                logger.warning("%s", lost)
                self._lost.set()
                return
            except DATABASE_AWAY as error:
                logger.warning("the lease of %s cannot be renewed: %s", self._lease.version_id, error)
                with self._lock:
                    self._new_events = [*new, *self._new_events]

    def _take_events(self) -> list[Event]:
        with self._lock:
            new, self._new_events = self._new_events, []
            if self._progress is not None:
                new.append((DatasetEvent.PROGRESS, self._progress))
                self._progress = None
        return new

    def _is_cancelled(self) -> bool:
        return self._lost.is_set() or self._shutdown.begun

    def _check(self) -> None:
        if self._is_cancelled():
            raise ReadingCancelled

    def _cancelled(self) -> None:
        """Hand the version back at a shutdown."""
        if not self._lost.is_set():
            logger.info("%s is handed back", self._lease.version_id)
            self._write(lambda session: readings.release(session, self._lease))

    def _fail(self, failure: ReadFailure) -> None:
        logger.info("%s cannot be read: %s", self._lease.version_id, failure.message)
        settings = self._hub.settings
        self._end(lambda session: readings.fail(session, self._lease, failure, settings))

    def _end(self, act: Callable[[Session], object]) -> None:
        """Write the end of the reading, after all that there is left to tell."""
        self._over.set()
        self._renewal.join()
        left = self._take_events()

        def write(session: Session) -> None:
            if left:
                readings.heartbeat(session, self._lease, left)
            act(session)

        self._write(write)

    def _write(self, act: Callable[[Session], object]) -> None:
        """Write under the lease. If it is lost, or an earlier attempt was committed after all, nothing is left to
        do."""
        try:
            with_retry(self._hub.write, act, lambda: self._shutdown.overdue)
        except LeaseLost as lost:
            logger.warning("%s", lost)
        except DATABASE_AWAY as error:
            logger.warning("%s stays claimed until its lease expires: %s", self._lease.version_id, error)

    def _delete_unused_table(self) -> None:
        """Delete the stored table if the lease was lost meanwhile: the version does not refer to it."""
        try:
            with self._hub.read() as session:
                unused = readings.may_delete_table(session, self._lease)
            if unused:
                self._hub.artifacts.delete(self._lease.key)
        except (OSError, *DATABASE_AWAY) as error:
            logger.warning("%s cannot be deleted: %s", self._lease.key, error)


def _append(content: IO[bytes], whole: IO[bytes], digest: "hashlib._Hash") -> None:
    while chunk := content.read(_COPY_BYTES):
        digest.update(chunk)
        whole.write(chunk)


def _move_files(source: Path, target: Path) -> None:
    """Move the files of a folder into another one, by renaming them if both are on the same file system."""
    for path in sorted(source.iterdir()):
        if path.name not in {STATISTICS, FINDINGS}:
            shutil.move(path, target / path.name)


def _optional(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None
