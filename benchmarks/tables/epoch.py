"""The time of an epoch on an uploaded table, compared with an epoch on the same arrays held in the memory of the
process, as those of built-in data sets are."""

import tempfile
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import torch

from benchmarks.report import Sample, header, table
from gradus.spec.experiment import Spec
from tests.reading_here import read_here
from tests.uploaded import uploaded
from worker.data.array_cache import ArrayCache
from worker.data.uploaded import load_uploaded
from worker.training.data import Data, Split
from worker.training.report import EpochReport
from worker.training.train import Training, train

EPOCHS = 24
LAYERS = (128, 128)


def run(tables: Path) -> None:
    """Train both in turn and print the processor time of an epoch of each."""
    torch.set_num_threads(1)
    name = "diamonds.csv"
    with tempfile.TemporaryDirectory(prefix="gradus-epoch-") as folder:
        root = Path(folder)
        stored = read_here(root, {name: (tables / name).read_bytes()})
        mine = uploaded(stored, target="price", split="random")
        ours = load_uploaded(mine, lambda: nullcontext(stored), ArrayCache(root / "arrays", 2**30), lambda _: None)
        spec = Spec.model_validate({"dataset": mine.dataset, "layers": LAYERS, "epochs": EPOCHS + 1})
        runs = [train([spec], data, torch.device("cpu")) for data in (ours, _built_in(ours))]
        for one in runs:
            _epoch(one)  # warms up
        pairs = [(_epoch(runs[0]), _epoch(runs[1])) for _ in range(EPOCHS)]
    print(header("An epoch on an uploaded table", ("torch", "numpy"), [f"{name}, layers {LAYERS}, one thread, n = 24"]))
    of_ours, built_in = (Sample(tuple(seconds)) for seconds in zip(*pairs, strict=True))
    ratio = Sample(tuple(a / b for a, b in pairs))
    row = [of_ours.in_words(3), built_in.in_words(3), ratio.in_words(3)]
    print(table(("uploaded, CPU-s", "built in, CPU-s", "ratio"), [row]))


def _built_in(data: Data) -> Data:
    train_split, validation, test = (_copied(split) for split in (data.train, data.validation, data.test))
    return replace(data, train=train_split, validation=validation, test=test, preprocessing=None, is_mapped=False)


def _copied(split: Split) -> Split:
    return replace(split, inputs=split.inputs.clone(), targets=split.targets.clone())


def _epoch(run: Training) -> float:
    """Processor seconds until the next epoch's report."""
    started = time.process_time()
    while not isinstance(next(run), EpochReport):
        pass
    return time.process_time() - started
