"""A ten-epoch run without a service: calls `train()` in a new process, and prints the run's seconds as JSON."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import torch

from gradus.spec.experiment import Spec
from models.product_library import fastest_products
from tests.built_in import resolved
from worker.data.load import load
from worker.trainer.process_limits import NICENESS
from worker.training.train import train


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--datasets", type=Path, required=True)
    options = parser.parse_args()
    spec = Spec.model_validate_json(sys.stdin.read())
    os.nice(NICENESS)  # the worker's priority, so that other load affects both equally
    torch.set_num_threads(options.threads)
    torch.set_num_interop_threads(1)
    one = resolved(spec)
    data = load(one.spec.dataset, one.data, [options.datasets], print)
    began = time.perf_counter()
    for _ in train([spec], data, torch.device("cpu"), products=fastest_products()):
        pass
    print(json.dumps(time.perf_counter() - began))


if __name__ == "__main__":
    main()
