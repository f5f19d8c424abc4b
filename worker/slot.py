"""A slot, which trains one job at a time in a trainer process."""

import logging
from functools import partial

from worker.trainer_process import TrainerProcess

logger = logging.getLogger(__name__)


class Slot:
    """Starts a trainer process when it is needed, and replaces it when it has ended."""

    def __init__(self, device: str, memory: float | None) -> None:
        self._new = partial(TrainerProcess, device, memory)
        self._trainer: TrainerProcess | None = None
        self._device: str | None = None

    def warm(self) -> str:
        """Wait until the trainer is ready; returns its device.

        Raises:
            TrainerLost: the trainer ended before it was ready.
        """
        if self._trainer is not None and not self._trainer.alive:
            logger.warning("starting a new trainer")
            self._trainer = None
        if self._trainer is None:
            self._trainer, self._device = self._new(), None
        if self._device is None:
            self._device = self._trainer.wait_until_ready()
        return self._device

    @property
    def is_warm(self) -> bool:
        """Whether there is a trainer, which takes memory."""
        return self._trainer is not None

    @property
    def trainer(self) -> TrainerProcess:
        """The current trainer."""
        assert self._trainer is not None, "warm() first"
        return self._trainer

    @property
    def pid(self) -> int | None:
        """The trainer's process id; None without a trainer."""
        trainer = self._trainer
        return None if trainer is None else trainer.pid

    def close(self) -> None:
        """End the trainer, if there is one. The slot starts another when it is needed."""
        if self._trainer is not None:
            self._trainer.kill()
            self._trainer = None
