"""The cost of the statistics of layers: processor time per epoch with `off`, `default` and `full`.

The same run trains three times in one process, epoch by epoch in turns, so that all suffer the machine's noise alike. A
ratio is that of two neighbouring epochs; that of the fastest epochs of each is the one that other work disturbs least.
Epochs are those of a run: with evaluation, on synthetic examples in MNIST's shape, as many as MNIST has.
"""

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence

import torch

from benchmarks.report import header, table
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from gradus.spec.statistics import StatisticsLevel
from tests.built_in import resolved
from worker.training.data import Data, Split
from worker.training.report import EpochReport
from worker.training.train import Training, train

EXAMPLES = {"train": 55_000, "validation": 5_000, "test": 10_000}
NETWORKS: dict[str, tuple[tuple[int, ...], int]] = {
    "lecture": ((300, 100), 50),
    "wide": ((2000, 2000), 256),
    "deep": ((100,) * 10, 50),
}
RUNS = {"gradient descent": GRADIENT_DESCENT, "adam + batch norm": ADAM_BATCH_NORM}
LEVELS: tuple[StatisticsLevel, ...] = ("off", "default", "full")


def main() -> None:
    options = _options()
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
        level: _seconds(
            train(
                [base.model_copy(update={"statistics": level, "seed": seed}) for seed in range(members)],
                data,
                torch.device("cpu"),
            )
        )
        for level in LEVELS
    }
    for seconds in runs.values():
        next(seconds)  # to warm up
    times = {level: [0.0] * options.rounds for level in LEVELS}
    for turn in range(options.rounds):
        for level in LEVELS[turn % 3 :] + LEVELS[: turn % 3]:
            times[level][turn] = next(runs[level])
    added = [_added(times[level], times["off"]) for level in LEVELS[1:]]
    return [f"{statistics.median(times['off']):.3f}", *added]


def _added(ours: Sequence[float], without: Sequence[float]) -> str:
    """The percentage added: median and range over the turns, then that of the fastest epochs."""
    turns = [100 * (one / other - 1) for one, other in zip(ours, without, strict=True)]
    fastest = 100 * (min(ours) / min(without) - 1)
    return f"{statistics.median(turns):+.2f} % ({min(turns):+.2f} – {max(turns):+.2f}); fastest {fastest:+.2f} %"


def _seconds(training: Training) -> Iterator[float]:
    """Seconds of processor time of each epoch, all threads together."""
    begun = time.process_time()
    for report in training:
        if isinstance(report, EpochReport):
            ended = time.process_time()
            yield ended - begun
            begun = time.process_time()


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
