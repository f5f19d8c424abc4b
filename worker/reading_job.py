"""A reading: a child process turns the files of a claimed version into a stored table, or examines its table again,
while the lease is renewed."""

import logging
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from gradus.wire.dataset import ReadFailure
from gradus.wire.event import StepProgress
from gradus.wire.finding import Finding, FindingPage
from gradus.wire.statistics import Statistics
from hub.database.database import DATABASE_AWAY
from hub.datasets import examinations, readings
from hub.datasets.reading_claims import Reading
from hub.datasets.readings import ReadResult
from hub.datasets.stored_tables import StoredTable
from hub.environment_errors import sentence
from hub.hub import Hub
from hub.jobs.leases import LeaseLost
from preprocessing.stored_names import FINDINGS, STATISTICS
from reading.child import ReadingCancelled, examine, read
from reading.failure import ReadingFailed
from reading.request import Limits, ReadRequest
from reading.source import SourceFile
from worker.database_retry import with_retry
from worker.linked_files import link_files
from worker.reading_files import ReadingFiles
from worker.reading_log import ReadingLog
from worker.reading_trouble import trouble, without_blame
from worker.shutdown import Shutdown
from worker.store_retry import LONG_PAUSES_SECONDS, PAUSES_SECONDS, with_store_retry

WAIT_SECONDS = 1.0
"""Interval at which a wait checks whether the reading is still wanted."""
EXAMINATION_SECONDS_PER_100_MB = 300.0
"""Limit of the processor time per 100 MB of a stored table, which is several times smaller than the files were."""
T = TypeVar("T")
logger = logging.getLogger(__name__)


class ReadingJob:
    """Reads one claimed version. If the lease is lost, or the worker shuts down, the child is killed."""

    def __init__(self, hub: Hub, reading: Reading, folder: Path, shutdown: Shutdown) -> None:
        """`folder` is for temporary files; it is created, and removed at the end."""
        self._hub = hub
        self._reading = reading
        self._lease = reading.lease
        self._folder = folder
        self._shutdown = shutdown
        self.log = ReadingLog(hub, reading.lease)
        """The log lines and progress of the reading."""

    def run(self) -> None:
        """Read, store and record. Whatever happens, the version is ready, has failed, or will be read again."""
        self.log.start()
        try:
            self._work()
        except LeaseLost as lost:
            logger.warning("%s", lost)
        except ReadingCancelled:
            self._cancelled()
        except ReadingFailed as failed:
            self._fail(_failure(failed))
        except DATABASE_AWAY as error:  # it is read again when the lease has expired
            logger.warning("%s cannot be read now: %s", self._lease.version_id, error)
        except OSError as error:
            self._fail(trouble(error))
        except Exception:
            logger.exception("%s cannot be read", self._lease.version_id)
            self._fail(ReadFailure(code="reader_fault", message="an internal error of Gradus: see the worker's log"))
        finally:
            self.log.stop()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._delete_unused_table()

    def _work(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._reading.table is None:
            self._read()
        else:
            self._examine(self._reading.table)

    def _examine(self, table: StoredTable) -> None:
        """Compute statistics and findings of a stored table for the data set's present target."""
        out, target, settings = self._folder / "examined", self._reading.target, self._hub.settings
        with ExitStack() as opened:
            copies = self._hub.local_copies
            folder = self._patiently(lambda: opened.enter_context(copies.opened(table.key, table.digest)))
            sources = tuple(SourceFile(path, path.name) for path in sorted(folder.iterdir()))
            limits = Limits(seconds_per_100_mb=EXAMINATION_SECONDS_PER_100_MB)
            request = ReadRequest(files=sources, table=folder, out=out, target=target, limits=limits)
            self._in_child(lambda: examine(request, self.log.hear, self._is_cancelled), out)
        self._check()
        statistics, findings = _examined(out)
        self._end(lambda session: examinations.finish(session, self._lease, target, statistics, findings, settings))

    def _read(self) -> None:
        with ExitStack() as opened:
            files = ReadingFiles(self._hub.artifacts, self._folder, opened, self._reached, self._patiently)
            request = ReadRequest(
                files=tuple(files.fetched(file, i) for i, file in enumerate(self._reading.files)),
                parse=dict(self._reading.parse),
                out=self._folder / "table",
                target=self._reading.target,
            )
            table = self._in_child(lambda: read(request, self.log.hear, self._is_cancelled), request.out)
        self._check()
        statistics, findings = _examined(request.out)
        fill = partial(link_files, request.out, without={STATISTICS, FINDINGS})
        put = partial(self._hub.artifacts.put, self._lease.key, fill)
        result = ReadResult(
            table=table,
            target=request.target,
            receipt=self._patiently(put),
            statistics=statistics,
            findings=findings,
            sha256s=files.sha256s,
        )
        settings = self._hub.settings
        self._end(lambda session: readings.finish(session, self._lease, result, settings))
        logger.info("%s was read: %d rows, %d columns", self._lease.version_id, table.rows, len(table.columns))

    def _in_child(self, act: Callable[[], T], out: Path) -> T:
        """The result of a child process that writes into `out`, which is started again while the machine hinders it.

        Raises:
            OSError: the disk stays full, or something else of the machine hinders every attempt.
        """
        return self._patiently(lambda: without_blame(act, out), LONG_PAUSES_SECONDS)

    def _reached(self, progress: StepProgress) -> None:
        self._check()
        self.log.reached(progress)

    def _patiently(self, act: Callable[[], T], pauses: Sequence[float] = PAUSES_SECONDS) -> T:
        """The result of `act`, which is retried while the store is unavailable or the disk is full."""
        return with_store_retry(act, lambda error: self.log.warn(f"waiting: {sentence(error)}"), self._pause, pauses)

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._is_cancelled() and time.monotonic() < until:
            self._shutdown.wait(min(WAIT_SECONDS, seconds))
        self._check()

    def _is_cancelled(self) -> bool:
        return self.log.lease_is_lost or self._shutdown.begun

    def _check(self) -> None:
        if self._is_cancelled():
            raise ReadingCancelled

    def _cancelled(self) -> None:
        """Hand the version back at a shutdown."""
        if not self.log.lease_is_lost:
            logger.info("%s is handed back", self._lease.version_id)
            self._write(lambda session: readings.release(session, self._lease))

    def _fail(self, failure: ReadFailure) -> None:
        logger.info("%s cannot be read: %s", self._lease.version_id, failure.message)
        settings = self._hub.settings
        end = readings.fail if self._reading.table is None else examinations.give_up
        self._end(lambda session: end(session, self._lease, failure, settings))

    def _end(self, act: Callable[[Session], object]) -> None:
        """Record the end of the reading, after the remaining log lines and progress."""
        self.log.stop()
        left = self.log.take()

        def write(session: Session) -> None:
            if left:
                readings.heartbeat(session, self._lease, left)
            act(session)

        self._write(write)

    def _write(self, act: Callable[[Session], object]) -> None:
        """Write under the lease. If the lease is lost, or an earlier attempt was committed after all, nothing is left
        to do."""
        try:
            with_retry(self._hub.write, act, lambda: self._shutdown.overdue)
        except LeaseLost as lost:
            logger.warning("%s", lost)
        except DATABASE_AWAY as error:
            logger.warning("%s stays claimed until its lease expires: %s", self._lease.version_id, error)

    def _delete_unused_table(self) -> None:
        """Delete the stored table if the version does not refer to it: the lease was lost, or the reading failed."""
        if self._reading.table is not None:
            return
        try:
            with self._hub.read() as session:
                unused = readings.may_delete_table(session, self._lease)
            if unused:
                self._hub.artifacts.delete(self._lease.key)
        except (OSError, *DATABASE_AWAY) as error:
            logger.warning("%s cannot be deleted: %s", self._lease.key, error)


def _failure(failed: ReadingFailed) -> ReadFailure:
    """Why the files were not read. A wrong target is not a fault of the files: it can be changed."""
    cure = (
        " Change the data set's target, then read its files again: add a version"
        if failed.code == "unknown_column"
        else ""
    )
    return ReadFailure(**{**failed.record(), "message": f"{failed.message}{cure}"})


def _examined(folder: Path) -> tuple[Statistics | None, tuple[Finding, ...] | None]:
    """The statistics and findings that the reading process has written; what could not be computed is
    None."""
    statistics, findings = folder / STATISTICS, folder / FINDINGS
    return (
        Statistics.model_validate_json(statistics.read_bytes()) if statistics.exists() else None,
        FindingPage.model_validate_json(findings.read_bytes()).data if findings.exists() else None,
    )
