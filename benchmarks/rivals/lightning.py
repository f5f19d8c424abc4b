"""Lightning: a module with a training step, and a trainer without logging and checkpoints."""

import logging
import warnings
from time import perf_counter

import lightning
import torch
from torch import Tensor, nn

from benchmarks.rivals.plain import loader, network, optimizer
from benchmarks.rivals.setting import Setting, Turn


class _Module(lightning.LightningModule):  # type: ignore[misc]
    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self._setting, self._network, self._loss = setting, network(setting), nn.CrossEntropyLoss()

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        inputs, targets = batch
        loss: Tensor = self._loss(self._network(inputs), targets)
        return loss

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return optimizer(self._setting, self._network)


class _Clock(lightning.Callback):  # type: ignore[misc]
    """Seconds of the epoch alone, without the trainer's setup."""

    seconds = 0.0

    def on_train_epoch_start(self, *_: object) -> None:
        self._began = perf_counter()

    def on_train_epoch_end(self, *_: object) -> None:
        self.seconds = perf_counter() - self._began


def in_lightning(setting: Setting) -> Turn:
    warnings.simplefilter("ignore")  # it recommends more loader workers, which make MNIST slower
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    module, batches = _Module(setting), loader(setting)

    def turn() -> float:
        clock = _Clock()
        trainer = lightning.Trainer(
            accelerator="cpu",
            max_epochs=1,
            logger=False,
            callbacks=[clock],
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        trainer.fit(module, batches)
        return clock.seconds

    return turn
