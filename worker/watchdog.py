"""A watchdog that ends a stuck worker, so that its supervisor restarts it. A worker is stuck if messages are waiting
and a slot is free, but it receives none."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from hub.messaging.redis_errors import REDIS_TROUBLE

CHECK_SECONDS = 5.0
MAX_FAILED_CHECKS = 12
"""Failed checks in a row (one minute) after which the worker ends. Checks are counted instead of timed, because a
frozen process does not check."""
logger = logging.getLogger(__name__)


class WaitingJobs(Protocol):
    """The part of the queue that the watchdog uses."""

    def depth(self, device: str) -> int:
        """Number of messages that wait for a device."""
        ...

    def check(self) -> None:
        """Raise one of `REDIS_TROUBLE` if messages cannot be received."""
        ...


class Slots(Protocol):
    """The part of the slot pool that the watchdog uses."""

    @property
    def has_free_slot(self) -> bool:
        """Whether a slot is free."""
        ...

    @property
    def messages_received(self) -> int:
        """Number of messages received so far."""
        ...


class Watchdog:
    """Counts the checks in which a message was waiting, a slot was free, and none was received."""

    def __init__(
        self, queue: WaitingJobs, devices: Sequence[str], slots: Slots, end_worker: Callable[[], None]
    ) -> None:
        """`devices` are the devices whose queues the worker consumes."""
        self._queue, self._devices, self._slots, self._end_worker = queue, devices, slots, end_worker
        self._failed_checks = self._received_before = 0

    def check(self) -> None:
        """Check once; ends the worker after too many failed checks."""
        received = self._slots.messages_received
        failed = self._slots.has_free_slot and received == self._received_before and self._messages_wait()
        self._failed_checks = self._failed_checks + 1 if failed else 0
        self._received_before = received
        if self._failed_checks >= MAX_FAILED_CHECKS:
            logger.critical("messages are waiting and a slot is free, but none was received for a minute: exiting")
            self._end_worker()

    def _messages_wait(self) -> bool:
        try:
            self._queue.check()
            return any(self._queue.depth(device) for device in self._devices)
        except REDIS_TROUBLE:  # Redis is unavailable: the worker is not to blame
            return False
