"""The cost of the statistics of layers: processor time per epoch with `off`, `default` and `full`.

The same run trains three times in one process, epoch by epoch in turns, so that all suffer the machine's noise alike. A
ratio is that of two neighbouring epochs. On a shared machine this ratio varies by several percent, which is more than
the effect. So the time within `Recorder`, which computes all statistics, is counted as well, as a percentage of the
rest of the same epoch. Only the effect of statistics on the processor's caches is not included. Epochs are those of a
run: with evaluation, on synthetic examples in MNIST's shape, as many as MNIST has. With `--share`, epochs train a part
of the examples. Such an epoch, too, is measured at its end. That takes as long as after a whole epoch, so "within"
counts this part of the recorder's time by the share.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch

from benchmarks.report import header, table
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.spec.statistics import StatisticsLevel
from gradus.wire.layer_report import MeasuredLayers
from tests.built_in import resolved
from worker.training import train as training_module
from worker.training.data import Data, Split
from worker.training.report import EpochReport
from worker.training.statistics.recorder import Recorder
from worker.training.train import Training, train

EXAMPLES = {"train": 55_000, "validation": 5_000, "test": 10_000}
NETWORKS: dict[str, tuple[tuple[int, ...], int]] = {
    "lecture": ((300, 100), 50),
    "wide": ((2000, 2000), 256),
    "deep": ((100,) * 10, 50),
}
RUNS = {"gradient descent": GRADIENT_DESCENT, "adam + batch norm": ADAM_BATCH_NORM}
LEVELS: tuple[StatisticsLevel, ...] = ("off", "default", "full")


class Epoch(NamedTuple):
    """Processor time of an epoch."""

    seconds: float
    steps: float
    """Seconds of it within the recorder, at the steps."""
    end: float
    """Seconds of it within the recorder, at the epoch's end."""


class TimedRecorder(Recorder):
    """Counts its processor time, and measures the layers at the end of each epoch."""

    steps = 0.0
    end = 0.0

    def record(self, *given: Any) -> None:
        begun = time.process_time()
        super().record(*given)
        TimedRecorder.steps += time.process_time() - begun

    def record_validation(self, *given: Any) -> None:
        begun = time.process_time()
        super().record_validation(*given)
        TimedRecorder.steps += time.process_time() - begun

    def close_epoch(self, *given: Any, **named: Any) -> list[MeasuredLayers | None]:
        begun = time.process_time()
        measured = super().close_epoch(*given, **(named | {"is_last": True}))
        TimedRecorder.end += time.process_time() - begun
        return measured


def main() -> None:
    options = _options()
    training_module.Recorder = TimedRecorder  # type: ignore[attr-defined]
    torch.set_num_threads(options.threads)
    notes = [f"{options.threads} threads, {options.rounds} epochs of each by turns after one to warm up"]
    notes += [f"epochs of {share:.0%} of the examples" for share in [options.share] if share < 1]
    print(header("Statistics of layers", ["torch"], notes))
    rows: list[Sequence[object]] = []
    for name in options.networks:
        for run in options.runs:
            for members in options.members:
                row = _measure(RUNS[run], *NETWORKS[name], members, options)
                rows.append([f"{name}, {run}", members, *row, options.rounds])
                print(*rows[-1], sep=" | ", flush=True)
    columns = ("network", "members", "off, s of processor time", "default", "full", "n")
    print(table(columns, rows))


def _measure(spec: Spec, layers: Sequence[int], batch: int, members: int, options: argparse.Namespace) -> list[str]:
    """Seconds of an epoch without statistics, and what the others add, as a median and its range."""
    changes = {"layers": list(layers), "batch_size": batch, "epochs": options.rounds + 1}
    base = Spec.model_validate({**spec.document(), **changes})
    data = _data(base, options.share)
    runs = {
        level: _epochs(
            train(
                [base.model_copy(update={"statistics": level, "seed": seed}) for seed in range(members)],
                data,
                torch.device("cpu"),
            )
        )
        for level in LEVELS
    }
    for epochs in runs.values():
        next(epochs)  # to warm up
    times: dict[str, list[Epoch]] = {level: [] for level in LEVELS}
    for turn in range(options.rounds):
        for level in LEVELS[turn % 3 :] + LEVELS[: turn % 3]:
            times[level].append(next(runs[level]))
    off = [epoch.seconds for epoch in times["off"]]
    return [f"{statistics.median(off):.3f}", *(_added(times[level], off, options.share) for level in LEVELS[1:])]


def _added(epochs: Sequence[Epoch], off: Sequence[float], share: float) -> str:
    """The percentages added: by the turns, and within the recorder; each as a median and a range."""
    turns = [100 * (epoch.seconds / without - 1) for epoch, without in zip(epochs, off, strict=True)]
    within = [100 * (epoch.steps + share * epoch.end) / (epoch.seconds - epoch.steps - epoch.end) for epoch in epochs]
    return f"{_in_words(turns)}; within {_in_words(within)}"


def _in_words(added: Sequence[float]) -> str:
    return f"{statistics.median(added):+.2f} % ({min(added):+.2f} – {max(added):+.2f})"


def _epochs(training: Training) -> Iterator[Epoch]:
    """The processor time of each epoch, all threads together."""
    begun, steps, end = time.process_time(), TimedRecorder.steps, TimedRecorder.end
    for report in training:
        if isinstance(report, EpochReport):
            yield Epoch(time.process_time() - begun, TimedRecorder.steps - steps, TimedRecorder.end - end)
            begun, steps, end = time.process_time(), TimedRecorder.steps, TimedRecorder.end


def _data(spec: Spec, share: float) -> Data:
    draws = torch.Generator().manual_seed(0)

    def split(n: int) -> Split:
        inputs = torch.rand(int(n * share), 784, generator=draws)
        return Split(inputs, torch.randint(0, 10, (len(inputs),), generator=draws))

    train_split, validation, test = (split(n) for n in EXAMPLES.values())
    return Data(train_split, validation, test, resolved(spec).data)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--runs", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--members", nargs="+", type=int, default=[1, 16])
    parser.add_argument("--rounds", type=int, default=5, help="epochs that are measured")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--share", type=float, default=1.0, help="of the examples of an epoch")
    return parser.parse_args()


if __name__ == "__main__":
    main()
