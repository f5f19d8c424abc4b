"""Test accuracy of convolutional networks on MNIST, beside published numbers: each network trained with several seeds,
without a service.

`keras` is https://keras.io/examples/vision/mnist_convnet/, 34 826 parameters: 0.9922 after 15 epochs; its
dropout of 0.5 drops numbers after the last pooling, ours the channels before it.
`augmented` is a small network of convolutions with batch normalization, trained on images that are turned, scaled and
shifted; the bar is 0.993 with fewer than 120 000 parameters.
`deep` and `deep plain` are twenty layers with and without residual connections, five epochs, everything else equal.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.mnist import mnist_directory
from benchmarks.report import Sample, header, table
from gradus.spec.experiment import Spec
from models.product_library import fastest_products
from tests.built_in import resolved
from worker.data.load import load
from worker.trainer.kept_memory import keep_freed_memory
from worker.training.report import EpochReport
from worker.training.train import train


def _conv(channels: int, **fields: Any) -> dict[str, Any]:
    return {"kind": "conv", "channels": channels, **fields}


PLAIN_PAIR = [_conv(16), _conv(16)]
STEM = [_conv(16, stride=2), "max_pool"]
NETWORKS: dict[str, dict[str, Any]] = {
    "keras": {
        "layers": [
            _conv(32, padding=0),
            "max_pool",
            _conv(64, padding=0, dropout=0.5),
            {"kind": "max_pool"},
            "flatten",
        ],
        "batch_size": 128,
        "epochs": 15,
    },
    "augmented": {
        "dataset": {"name": "mnist", "augment": ["rotate", "scale", {"kind": "shift", "by": 0.07}]},
        "layers": [
            *[_conv(16), _conv(16), "max_pool"],
            *[_conv(32), _conv(32), "max_pool"],
            *[_conv(64), _conv(64), "global_avg_pool"],
        ],
        "batch_norm": True,
        "batch_size": 128,
        "optimizer": {"kind": "adam", "lr": 0.003},
        "schedule": "cosine",
        "epochs": 12,
    },
    "deep": {"layers": [*STEM, *[{"kind": "residual", "layers": PLAIN_PAIR}] * 9, "global_avg_pool"], "epochs": 5},
    "deep plain": {"layers": [*STEM, *PLAIN_PAIR * 9, "global_avg_pool"], "epochs": 5},
}
COLUMNS = (
    "network",
    "parameters",
    "test accuracy after the last epoch",
    "best epoch by validation",
    "seconds an epoch",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    keep_freed_memory()
    directory = mnist_directory()
    notes = [f"seeds {', '.join(map(str, options.seeds))}; {options.threads} threads; median (least – largest)"]
    print(header("Convolutional networks", ["torch"], notes), flush=True)
    print(table(COLUMNS, [_row(name, options.seeds, directory) for name in options.networks]), flush=True)


def _row(name: str, seeds: Sequence[int], directory: Path) -> list[object]:
    runs = [list(_epochs(Spec(**{"dataset": "mnist", **NETWORKS[name], "seed": seed}), directory)) for seed in seeds]
    last = Sample(tuple(run[-1][0] for run in runs))
    best = Sample(tuple(next(test for test, _, is_best in reversed(run) if is_best) for run in runs))
    seconds = Sample(tuple(seconds for run in runs for _, seconds, _ in run))
    parameters = resolved(Spec(**{"dataset": "mnist", **NETWORKS[name]})).network.parameters
    return [name, f"{parameters:,}", last.in_words(4), best.in_words(4), seconds.in_words(1)]


def _epochs(spec: Spec, directory: Path) -> Iterator[tuple[float, float, bool]]:
    """Of each epoch: test accuracy, seconds, and whether it is the best so far."""
    one = resolved(spec)
    data = load(one.spec.dataset, one.data, [directory], lambda _: None)
    began = time.perf_counter()
    for report in train([spec], data, torch.device("cpu"), products=fastest_products()):
        if isinstance(report, EpochReport) and (row := report.members[0]) is not None:
            assert row.test_accuracy is not None
            seconds, began = time.perf_counter() - began, time.perf_counter()
            print(f"- seed {spec.seed}, epoch {row.epoch}: {row.test_accuracy:.4f} ({seconds:.0f} s)", flush=True)
            yield row.test_accuracy, seconds, row.is_best


if __name__ == "__main__":
    main()
