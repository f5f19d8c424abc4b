"""Measuring how long a process waits for a processor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reading.waiting import seconds_waiting

BUSY = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True: pass"
pytestmark = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="this system does not count how long a process waits"
)


@contextmanager
def running(program: str, *arguments: object) -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", program, *map(str, arguments)]) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def test_two_busy_processes_on_one_processor_wait_for_each_other() -> None:
    processor = min(os.sched_getaffinity(0))
    with running(BUSY, processor) as one, running(BUSY, processor) as other:
        deadline = time.monotonic() + 60
        while min(map(seconds_waiting, (one, other))) < 0.05:
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_process_that_is_stopped_does_not_wait_for_a_processor() -> None:
    with running("while True: pass") as process:
        os.kill(process, signal.SIGSTOP)
        os.waitid(os.P_PID, process, os.WSTOPPED)
        first = seconds_waiting(process)
        time.sleep(0.1)
        assert seconds_waiting(process) == first


def test_a_process_that_has_ended_does_not_wait() -> None:
    with running("") as process:
        pass
    assert seconds_waiting(process) == 0
