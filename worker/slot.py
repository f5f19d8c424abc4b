"""A slot, which trains one job at a time in a warm trainer process."""

import logging
from functools import partial

from worker.trainer_process import TrainerProcess

logger = logging.getLogger(__name__)


class Slot:
    """Holds a trainer process, and replaces it when it has ended."""

    def __init__(self, threads: int, device: str, memory: float | None) -> None:
        self._new = partial(TrainerProcess, threads, device, memory)
        self._trainer = self._new()
        self._device: str | None = None

    def warm(self) -> str:
        """Wait until the trainer is ready; returns its device.

        Raises:
            TrainerLost: the trainer ended before it was ready.
        """
        if not self._trainer.alive:
            logger.warning("starting a new trainer")
            self._trainer, self._device = self._new(), None
        if self._device is None:
            self._device = self._trainer.wait_until_ready()
        return self._device

    @property
    def trainer(self) -> TrainerProcess:
        """The current trainer."""
        return self._trainer

    def close(self) -> None:
        """End the trainer."""
        self._trainer.kill()
