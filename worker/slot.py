"""A slot: room for one run at a time, with a warm trainer in it."""

import logging
from functools import partial

from worker.trainer_process import TrainerProcess

logger = logging.getLogger(__name__)


class Slot:
    """Keeps a trainer; makes a new one when the old one is gone."""

    def __init__(self, threads: int, device: str, memory: float | None) -> None:
        self._new = partial(TrainerProcess, threads, device, memory)
        self._trainer = self._new()
        self._warm: str | None = None

    def warm(self) -> str:
        """Wait until the trainer is ready; the device on which it trains.

        Raises:
            TrainerLost: it ended before that.
        """
        if not self._trainer.alive:
            logger.warning("starting a new trainer")
            self._trainer, self._warm = self._new(), None
        if self._warm is None:
            self._warm = self._trainer.wait_until_ready()
        return self._warm

    @property
    def trainer(self) -> TrainerProcess:
        """The trainer that is in it now."""
        return self._trainer

    def close(self) -> None:
        """End the trainer."""
        self._trainer.kill()
