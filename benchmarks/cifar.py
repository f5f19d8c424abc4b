"""Test accuracy of Keras' deep network for CIFAR-10, from a ZIP file of JPEGs to the last row, through the service.

The network is https://github.com/keras-team/keras/blob/2.4.0/examples/cifar10_cnn.py: 75 % after 25 epochs by its
header, of the original pixels. The JPEGs in `GRADUS_DATASETS_DIR` have lost a little. Two more things differ. The
original drops single numbers after each pooling, with a rate of 0.25; this is left out here, where convolutions drop
whole channels. And a tenth of the training images is kept for validation.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.pictures import packed
from benchmarks.report import header
from benchmarks.tables.service import File, Served, service
from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow

NAME = "cifar10"
SPEC: dict[str, Any] = {
    "dataset": {"name": NAME, "augment": ["flip", {"kind": "shift", "by": 0.1}]},
    "layers": [
        {"kind": "conv", "channels": 32},
        {"kind": "conv", "channels": 32, "padding": 0},
        "max_pool",
        {"kind": "conv", "channels": 64},
        {"kind": "conv", "channels": 64, "padding": 0},
        "max_pool",
        {"units": 512, "dropout": 0.5},
    ],
    "optimizer": {"kind": "rmsprop", "lr": 0.0001},
    "init": "xavier",
    "batch_size": 32,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    notes = [f"seeds {', '.join(map(str, options.seeds))}; {options.threads} threads"]
    print(header("Keras' network for CIFAR-10", ("torch", "pillow"), notes), flush=True)
    archive = Path(os.environ["GRADUS_DATASETS_DIR"]) / "cifar10-jpeg.tar.xz"
    with tempfile.TemporaryDirectory(prefix="gradus-cifar-") as name, service(Path(name), options.threads) as served:
        path = Path(name) / "cifar10.zip"
        packed(archive, path)
        record = served.upload(NAME, [File(path)])
        print(f"{record['rows']:,} images, digest {record['digest']}\n", flush=True)
        for seed in options.seeds:
            _train(served, {**SPEC, "epochs": options.epochs, "seed": seed})


def _train(served: Served, spec: dict[str, Any]) -> None:
    """Train the spec and print each epoch's test accuracy."""
    experiment = served.client.experiments.create(Spec.model_validate(spec))
    print(f"- {experiment.record.parameters:,} parameters", flush=True)
    for event in experiment.events():
        if isinstance(row := event.data, MetricsRow):
            print(
                f"- seed {spec['seed']}, epoch {row.epoch}: {row.test_accuracy:.4f} ({row.seconds:.0f} s)", flush=True
            )


if __name__ == "__main__":
    main()
