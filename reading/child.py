"""The parent's side of a reading process: starts it, listens to it and ends it."""

import logging
import os
import selectors
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from gradus.wire.table import ReadTable
from preprocessing.stored_names import FACTS, FINDINGS, STATISTICS, parquet_files
from reading.failure import LOGGED, NOT_OF_FILE, ReadingFailed
from reading.killed import killed
from reading.messages import LINE, MAX_LINE, Failed, Log, Progress, Result, Stored
from reading.request import MIB, ReadRequest
from reading.waiting import seconds_waiting

POLL_SECONDS = 0.2
"""Seconds between two checks of the deadline and of `cancelled`."""
MAX_LINES = 100_000
MAX_LOG = 500
"""Largest number of characters of a failure that are logged."""
MAX_FACTS = 256 * MIB
MAX_STDERR = 4096
"""Largest number of bytes kept from the end of its standard error."""


logger = logging.getLogger(__name__)


class ReadingCancelled(Exception):
    """The parent did not want the result any more."""


def read(
    request: ReadRequest,
    on_progress: Callable[[Progress | Log], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ReadTable:
    """Read files into the stored table `request.out`, in a process of its own.

    Returns when that process is gone. Unless it was successful, nothing is left in the folder.

    Raises:
        ReadingFailed: the files cannot be read, or not within the limits.
        ReadingCancelled: `cancelled` became true.
    """
    request.out.mkdir(parents=True, exist_ok=True)
    try:
        _listen(request, on_progress, cancelled)
        return _result(request.out)
    except BaseException:
        shutil.rmtree(request.out, ignore_errors=True)
        raise


def examine(
    request: ReadRequest,
    on_progress: Callable[[Progress | Log], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Compute the statistics and the findings of the stored table `request.table`, in a process of its own, into files
    in `request.out`.

    Raises:
        ReadingFailed: they cannot be computed within the limits.
        ReadingCancelled: `cancelled` became true.
    """
    request.out.mkdir(parents=True, exist_ok=True)
    _listen(request, on_progress, cancelled)


def _listen(request: ReadRequest, on_progress: Callable[[Progress | Log], None], cancelled: Callable[[], bool]) -> None:
    process = _start(request.out)
    conversation = _Conversation(process, request, on_progress, cancelled)
    try:
        conversation.hear_out()
    except ReadingFailed as failed:
        if not conversation.is_stored or failed.code in NOT_OF_FILE:
            raise
        on_progress(Log(text=f"the statistics and findings could not be computed: {failed.message}"[:MAX_LOG]))
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            assert pipe is not None
            pipe.close()


def _start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", "-m", "reading", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(folder),
        start_new_session=True,  # so that Ctrl-C reaches only the parent
    )


def environment(folder: Path) -> dict[str, str]:
    """The whole environment of a process that reads into this folder."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        "TMPDIR": str(folder),
        "MALLOC_ARENA_MAX": "1",  # an arena for each thread reserves 64 MiB of address space
        "OPENBLAS_NUM_THREADS": "1",
    }


class _Conversation:
    """All that the process says until it has ended or must end."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        request: ReadRequest,
        on_progress: Callable[[Progress | Log], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._process = process
        self._request = request
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._deadline = time.monotonic() + request.deadline
        self._pending = b""
        self._lines = 0
        self._stderr = b""
        self.is_stored = False
        """Whether the stored table is complete, even if the process fails now."""
        self._ending: Result | Failed | None = None

    def hear_out(self) -> None:
        """Read all lines until the process has finished.

        Raises:
            ReadingFailed: the files cannot be read, or the process was killed by the system or by a limit, or wrote an
                invalid line.
            ReadingCancelled: `cancelled` became true.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(self._request.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, and its exit code says why
        self._hear()
        code = self._process.wait()
        if self._ending is None or code:
            raise killed(code, self._stderr.decode(errors="replace"), self._request)
        if isinstance(self._ending, Failed):
            failed = ReadingFailed(**self._ending.failure)
            if failed.code in LOGGED:
                logger.error("a reading process failed: %s", self._stderr.decode(errors="replace"))
            raise failed

    def _hear(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ, self._take)
            selector.register(self._process.stderr, selectors.EVENT_READ, self._keep)
            while selector.get_map():
                self._check()
                for key, _ in selector.select(POLL_SECONDS):
                    if chunk := os.read(key.fd, MAX_LINE):
                        key.data(chunk)
                    else:
                        selector.unregister(key.fileobj)

    def _check(self) -> None:
        if self._cancelled():
            raise ReadingCancelled
        late = time.monotonic() - self._deadline
        if late > 0 and late > seconds_waiting(self._process.pid):
            raise ReadingFailed(
                "too_large",
                f"Reading took longer than the {self._request.deadline:.0f} s that files of this size may take.",
            )

    def _keep(self, chunk: bytes) -> None:
        self._stderr = (self._stderr + chunk)[-MAX_STDERR:]

    def _take(self, chunk: bytes) -> None:
        *lines, self._pending = (self._pending + chunk).split(b"\n")
        self._lines += len(lines)
        if len(self._pending) > MAX_LINE or self._lines > MAX_LINES:
            raise ReadingFailed("reader_fault", "The reading process did not stop writing.")
        for line in lines:
            self._act_on(line)

    def _act_on(self, line: bytes) -> None:
        try:
            said = LINE.validate_json(line)
        except ValidationError:
            raise ReadingFailed("reader_fault", "The reading process wrote something that is not a message.") from None
        if isinstance(said, Progress | Log):
            self._on_progress(said)
        elif isinstance(said, Stored):
            self.is_stored = True
            self._deadline = time.monotonic() + self._request.deadline
        else:
            self._ending = said


def _result(folder: Path) -> ReadTable:
    """The stored table's record; files that are not part of it are removed."""
    facts = folder / FACTS
    if facts.stat().st_size > MAX_FACTS:
        raise ReadingFailed("too_large", f"The facts about the columns take more than {MAX_FACTS // MIB} MiB.")
    table = ReadTable.model_validate_json(facts.read_bytes())
    columns = range(len(table.columns))
    parts = {FACTS, STATISTICS, FINDINGS, *parquet_files(len(columns)), *(f"c{i}.npy" for i in columns)}
    for path in folder.iterdir():
        if path.name not in parts or path.is_symlink():
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    return table
