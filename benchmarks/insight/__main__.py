"""Sick and healthy networks, labelled by effect, and how well findings and patches do on them.

`python -m benchmarks.insight label calibration` trains the specs of a half and writes their labels to `labels.json`.
`GRADUS_DATASETS_DIR` must name a folder with `mnist`, `fashion_mnist` and `tables`, or several, separated by colons.
"""

import argparse
import tempfile
import time
from pathlib import Path

import torch

from benchmarks.insight import labels
from benchmarks.insight.cases import Half, read
from benchmarks.insight.data import Folder
from benchmarks.insight.runs import Runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("label",))
    parser.add_argument("half", choices=("calibration", "held_out"))
    parser.add_argument("--only", default="", help="part of the names of the specs")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "gradus-insight.jsonl")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    runs = Runs(Folder.of_environment(), options.cache)
    _label(options.half, options.only, runs)


def _label(half: Half, only: str, runs: Runs) -> None:
    found = labels.labels(half)
    for case in read(half):
        if only not in case.name or not runs.folder.has(case.source):
            continue
        began = time.process_time()
        for one in labels.relabelled([case], runs):
            found[one.name] = one
            spent = time.process_time() - began
            print(
                f"{one.label:8} {one.name:50} {one.points:6.2f} gain {one.gain} {one.by or ''} {spent:.1f} s",
                flush=True,
            )
        labels.store(half, list(found.values()))


if __name__ == "__main__":
    main()
