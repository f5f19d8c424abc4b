"""What augmentation costs a training step: `python -m benchmarks.augmentation`.

Processor time of a step on MNIST with one thread, without augmentation and with each kind of it. The cases run in
turns, and each number is the smallest of several rounds, because other work on the machine can only add to it.
"""

import time
from pathlib import Path
from typing import Any

import torch

from benchmarks import images
from benchmarks.mnist import mnist_directory
from gradus.spec.experiment import Spec
from models.batch import EpochBatches
from tests.built_in import resolved
from worker.data.load import load
from worker.training.chunk import ChunkTrainer
from worker.training.engine import Engine

CPU = torch.device("cpu")
NETWORKS: dict[str, dict[str, Any]] = {
    "conv, 34 826 parameters, batch 128": {"layers": images.NETWORKS["keras"]["layers"], "batch_size": 128},
    "dense [300, 100], batch 50": {"layers": [300, 100], "batch_size": 50},
}
AUGMENTATIONS: dict[str, list[Any]] = {
    "none": [],
    "shift": ["shift"],
    "rotate, scale, shift": ["rotate", "scale", "shift"],
    "brightness": ["brightness"],
    "noise": ["noise"],
    "cutout": ["cutout"],
    "mixup": ["mixup"],
    "all nine": ["flip", "crop", "scale", "rotate", "shift", "brightness", "noise", "cutout", "mixup"],
}
STEPS = 20
ROUNDS = 8


class Case:
    """A trainer of one network with one augmentation."""

    def __init__(self, network: dict[str, Any], augment: list[Any], folder: Path) -> None:
        dataset = {"name": "mnist", "limit": 6400, "augment": augment}
        spec = resolved(Spec(dataset=dataset, **network))
        data = load(spec.spec.dataset, spec.data, [folder], lambda _: None)
        engine = Engine([spec.spec], spec.data, len(data.train), CPU, torch.float32, largest=data.train.largest)
        self._trainer = ChunkTrainer(engine, [spec.spec], data.train, STEPS)
        self._epoch = EpochBatches([0], 1, data.train.targets, engine.batch)
        self.seconds = float("inf")

    def run(self) -> None:
        """Train some steps, and note the processor time of a step if it is the least so far."""
        before = time.process_time()
        self._trainer.train(self._epoch, [range(STEPS)])
        self.seconds = min(self.seconds, (time.process_time() - before) / STEPS)


def main() -> None:
    """Print milliseconds of a step, and the share that augmentation adds."""
    torch.set_num_threads(1)
    folder = mnist_directory()
    for name, network in NETWORKS.items():
        cases = {words: Case(network, augment, folder) for words, augment in AUGMENTATIONS.items()}
        for _ in range(ROUNDS):
            for case in cases.values():
                case.run()
        plain = cases["none"].seconds
        print(f"\n{name}: {1e3 * plain:.2f} ms")
        for words, case in cases.items():
            if words != "none":
                added = case.seconds - plain
                print(f"  {words:<22} +{1e3 * added:.2f} ms  {added / plain:+.0%}")


if __name__ == "__main__":
    main()
