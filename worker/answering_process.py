"""The process that answers a question, as its parent, the worker, controls it."""

import os
import select
import time
from collections.abc import Callable
from contextlib import suppress

from pydantic import ValidationError

from hub.signals import signal_name
from worker.answering.protocol import REPLIES, Ask, Reply
from worker.launch import launch
from worker.programs import ANSWERING

POLL_SECONDS = 0.1
"""Interval at which the deadline and cancellation are checked."""
MAX_REPLY_BYTES = 64 * 2**20


class AnsweringLost(Exception):
    """The process has ended without a reply, or was killed."""


class AnsweringTimeout(Exception):
    """The answer takes too long."""


class AnsweringCancelled(Exception):
    """The worker no longer wants the answer."""


class AnsweringProcess:
    """A process for one question."""

    def __init__(self, memory: float) -> None:
        """`memory` is the memory limit of the process in GiB."""
        self._process = launch(ANSWERING, [f"--memory={memory}"])

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def reply(self, ask: Ask, seconds: float, cancelled: Callable[[], bool]) -> Reply:
        """Send the question and wait for the reply; the process has ended afterwards.

        Raises:
            AnsweringLost: the process has ended without a reply.
            AnsweringTimeout: there is no reply after `seconds`.
            AnsweringCancelled: `cancelled` became true.
        """
        try:
            self._send(ask)
            return self._parsed(self._read(time.monotonic() + seconds, cancelled))
        finally:
            self._end()

    def _send(self, ask: Ask) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended, and its exit code says why
            self._process.stdin.write(ask.model_dump_json().encode() + b"\n")
            self._process.stdin.flush()

    def _read(self, deadline: float, cancelled: Callable[[], bool]) -> bytes:
        """Everything that the process writes until it closes the pipe."""
        assert self._process.stdout is not None
        file, read = self._process.stdout.fileno(), b""
        poll = select.poll()
        poll.register(file, select.POLLIN)
        while len(read) <= MAX_REPLY_BYTES:
            if cancelled():
                raise AnsweringCancelled
            if time.monotonic() > deadline:
                raise AnsweringTimeout
            if poll.poll(1000 * POLL_SECONDS):
                chunk = os.read(file, 1 << 20)
                if not chunk:
                    return read
                read += chunk
        raise AnsweringLost("the process did not stop writing")

    def _parsed(self, line: bytes) -> Reply:
        if not line.endswith(b"\n"):
            code = self._process.wait()
            how = f"was killed by {signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
            raise AnsweringLost(f"the process {how}")
        try:
            return REPLIES.validate_json(line)
        except ValidationError:
            raise AnsweringLost("the process wrote something that is not a reply") from None

    def _end(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()
