"""The process of one rival. The first line on stdin is a setting, answered with an empty line after the warm-up; every
other line is answered with the seconds of an epoch."""

import importlib
import json
import sys

import torch

from benchmarks.rivals.setting import Setting, Turn
from gradus.spec.experiment import Spec

RIVALS = {
    "products": ("products", "products"),
    "loader": ("plain", "with_loader"),
    "resident": ("plain", "resident"),
    "lightning": ("lightning", "in_lightning"),
    "keras": ("keras", "in_keras"),
    "sklearn": ("learn", "in_scikit_learn"),
    "gradus": ("ours", "in_gradus"),
}
"""Module and function of each rival, imported lazily so that each process has only one framework."""


def main(rival: str, threads: int) -> None:
    torch.set_num_threads(threads)
    module, function = RIVALS[rival]
    build = getattr(importlib.import_module(f"benchmarks.rivals.{module}"), function)
    turn: Turn | None = None
    for line in sys.stdin:
        if line == "\n":
            assert turn is not None
            print(turn(), flush=True)
        else:
            turn = build(read(line))
            turn()
            print(flush=True)


def read(line: str) -> Setting:
    told = json.loads(line)
    return Setting(Spec.model_validate(told["experiment"]), told["examples"], told["members"])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
