"""A question that this worker has claimed: it is answered in a process of its own, while the lease is renewed."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy.orm import Session

from gradus.errors import GradusError, TooLarge, Unavailable, from_problem
from hub.artifacts.manifest import Receipt
from hub.database.database import DATABASE_AWAY
from hub.datasets.datasets import bytes_of
from hub.disk_full import disk_full
from hub.environment_errors import sentence
from hub.hub import Hub
from hub.jobs.leases import LeaseLost
from hub.questions import leases
from hub.questions.leases import ClaimedQuestion
from hub.questions.question import PredictionsQuestion
from worker.answering.protocol import MOST_FILE_BYTES, Answered, Ask, Refused
from worker.answering_process import AnsweringCancelled, AnsweringLost, AnsweringProcess, AnsweringTimeout
from worker.database_retry import with_retry
from worker.linked_files import link_files
from worker.shutdown import Shutdown
from worker.store_retry import with_store_retry

DEADLINE_SECONDS = 300.0
"""Time that an answer may take."""
FILE_DEADLINE_SECONDS = 3600.0
"""Time that predictions of a whole data set may take."""
WAIT_SECONDS = 0.5
"""Interval at which a wait checks whether the answer is still wanted."""

T = TypeVar("T")
logger = logging.getLogger(__name__)


class QuestionJob:
    """Answers one claimed question. If the lease is lost, or the worker shuts down, the process is killed."""

    def __init__(self, hub: Hub, claimed: ClaimedQuestion, folder: Path, memory: float, shutdown: Shutdown) -> None:
        """`folder` is for the files of the answer; it is made, and removed at the end. `memory` is the limit of the
        process in GiB."""
        self._hub = hub
        self._lease = claimed.lease
        self._question = claimed.question
        self._workspace = claimed.workspace_id
        self._folder = folder
        self._memory = memory
        self._shutdown = shutdown
        self._lost = threading.Event()

    def run(self) -> None:
        """Answer the question and record the answer. Whatever happens, the question is answered, has failed, or will be
        tried again."""
        try:
            with self._renewed():
                self._answer_or_fail()
        except LeaseLost as lost:
            logger.warning("%s", lost)
        except DATABASE_AWAY as error:  # it is tried again when the lease has expired
            logger.warning("%s cannot be answered now: %s", self._lease.question_id, error)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._delete_unused_files()

    def _answer_or_fail(self) -> None:
        try:
            self._answer()
        except AnsweringCancelled:
            self._hand_back()
        except OSError as error:  # after retries
            code = "disk_full" if disk_full(error) else "store_unavailable"
            self._fail(Unavailable(f"the answer cannot be stored: {sentence(error)}", code=code))

    def _answer(self) -> None:
        settings = self._hub.settings
        ask = Ask(
            question=self._question,
            dataset_dirs=tuple(map(str, settings.dataset_dirs)),
            artifacts_url=settings.artifacts_url,
            folder=str(self._folder),
            file_bytes=self._room(),
        )
        self._patiently(lambda: self._folder.mkdir(parents=True, exist_ok=True))
        is_file = isinstance(self._question, PredictionsQuestion)
        seconds = FILE_DEADLINE_SECONDS if is_file else DEADLINE_SECONDS
        try:
            reply = AnsweringProcess(self._memory).reply(ask, seconds, self._is_cancelled)
        except AnsweringLost as lost:
            logger.warning("%s: %s", self._lease.question_id, lost)
            return self._write(lambda session: leases.record_loss(session, self._lease))
        except AnsweringTimeout:
            return self._fail(TooLarge(f"the answer takes longer than the {seconds:.0f} s that it may take"))
        match reply:
            case Answered(answer=answer):
                files = self._stored_files()
                return self._write(lambda session: leases.answered(session, self._lease, answer, files))
            case Refused(problem=problem):
                return self._fail(from_problem(problem))

    def _stored_files(self) -> Receipt | None:
        """Store the files that the process has written; None without any."""
        if not any(self._folder.iterdir()):
            return None
        return self._patiently(lambda: self._hub.artifacts.put(self._lease.key, partial(link_files, self._folder)))

    def _room(self) -> int:
        """Maximum size of a file of the answer, in bytes: what the workspace may still store."""
        quotas = self._hub.settings.quotas
        with self._hub.read() as session:
            stored = bytes_of(session, self._workspace)
        return max(0, min(MOST_FILE_BYTES, quotas.workspace_bytes - stored))

    def _patiently(self, act: Callable[[], T]) -> T:
        """The result of `act`, which is retried while the store is unavailable or the disk is full."""
        return with_store_retry(act, self._wait_for_store, self._pause)

    def _wait_for_store(self, error: OSError) -> None:
        logger.warning("%s waits: %s", self._lease.question_id, sentence(error))

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self._is_cancelled():
                raise AnsweringCancelled
            self._shutdown.wait(min(WAIT_SECONDS, seconds))

    @contextmanager
    def _renewed(self) -> Iterator[None]:
        """Renew the lease on a thread during the block."""
        over = threading.Event()
        thread = threading.Thread(target=self._renew, args=(over,), name="question lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _renew(self, over: threading.Event) -> None:
        while not over.wait(self._lease.term.total_seconds() / 5):
            try:
                with self._hub.write() as session:
                    leases.heartbeat(session, self._lease)
            except LeaseLost:
                self._lost.set()
                return
            except DATABASE_AWAY as error:
                logger.warning("the lease of %s cannot be renewed: %s", self._lease.question_id, error)

    def _is_cancelled(self) -> bool:
        return self._lost.is_set() or self._shutdown.begun

    def _hand_back(self) -> None:
        """Hand the question back at a shutdown."""
        if not self._lost.is_set():
            logger.info("%s is handed back", self._lease.question_id)
            self._write(lambda session: leases.release(session, self._lease))

    def _fail(self, error: GradusError) -> None:
        logger.info("%s has no answer: %s", self._lease.question_id, error.detail)
        self._write(lambda session: leases.fail(session, self._lease, error))

    def _write(self, act: Callable[[Session], None]) -> None:
        """Write under the lease. A retry after a commit whose acknowledgement was lost finds the lease gone."""
        with_retry(self._hub.write, act, lambda: self._shutdown.overdue)

    def _delete_unused_files(self) -> None:
        """Delete stored files if the lease was lost meanwhile: the question does not refer to them."""
        try:
            with self._hub.read() as session:
                unused = leases.may_delete_files(session, self._lease)
            if unused:
                self._hub.artifacts.delete(self._lease.key)
        except (OSError, *DATABASE_AWAY) as error:
            logger.warning("%s cannot be deleted: %s", self._lease.key, error)
