"""Seconds of a training epoch: plain PyTorch with a DataLoader, and Gradus alone and as an array, side by side.

`python -m benchmarks.training [--rounds 5] [--threads 2] [--members 16]`: the contestants take turns, one epoch each a
round, so that whatever else the machine does falls on all of them. 60 000 made-up examples in MNIST's shape, batch 50,
the lecture's network, no evaluation; the first round warms up and is not counted. Prints a Markdown table.
"""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import Annotated

import torch
import typer
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Experiment
from models.batch import Epoch
from worker.training.array import chunks
from worker.training.chunk import ChunkTrainer
from worker.training.data import Split
from worker.training.engine import Engine

EXAMPLES = 60_000

EpochRun = Callable[[], None]


@dataclass(frozen=True)
class Contestant:
    """Something that trains an epoch of some networks."""

    name: str
    members: int
    epoch: EpochRun


def made_up() -> Split:
    torch.manual_seed(0)
    return Split(torch.rand(EXAMPLES, 784), torch.randint(0, 10, (EXAMPLES,)))


def plain(experiment: Experiment, data: Split) -> EpochRun:
    """What anyone would write."""
    widths = [784, 300, 100]
    modules: list[nn.Module] = []
    for fan_in, units in pairwise(widths):
        modules.append(nn.Linear(fan_in, units))
        if experiment.batch_norm:
            modules.append(nn.BatchNorm1d(units))
        modules.append(nn.ReLU())
    network = nn.Sequential(*modules, nn.Linear(100, 10))
    adam = experiment.optimizer.kind == "adam"
    optimizer = (torch.optim.Adam if adam else torch.optim.SGD)(network.parameters(), lr=experiment.optimizer.lr)
    loss = nn.CrossEntropyLoss()
    loader = DataLoader(TensorDataset(data.inputs, data.targets), batch_size=50, shuffle=True)

    def epoch() -> None:
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss(network(inputs), targets).backward()
            optimizer.step()

    return epoch


def ours(experiment: Experiment, data: Split, members: int) -> EpochRun:
    """The engine, as the worker drives it."""
    experiments = [experiment.model_copy(update={"seed": seed}) for seed in range(members)]
    engine = Engine(experiments, EXAMPLES, torch.device("cpu"), torch.float32)
    trainer = ChunkTrainer(engine, experiments, data)
    seeds = [member.seed for member in experiments]
    done = 0

    def epoch() -> None:
        nonlocal done
        done += 1
        order = Epoch(seeds, done, data.targets, engine.batch)
        for steps in chunks(0, len(order), trainer.length, tail=order.has_tail):
            trainer.train(order, steps)

    return epoch


def contestants(experiment: Experiment, data: Split, members: int) -> list[Contestant]:
    return [
        Contestant("plain PyTorch, DataLoader", 1, plain(experiment, data)),
        Contestant("Gradus, one run", 1, ours(experiment, data, 1)),
        Contestant(f"Gradus, array of {members}", members, ours(experiment, data, members)),
    ]


def seconds(epoch: EpochRun) -> float:
    start = perf_counter()
    epoch()
    return perf_counter() - start


def row(contestant: Contestant, times: list[float], reference: list[float]) -> str:
    """Per member; the ratio is the median of the rounds' ratios."""
    each = [time / contestant.members for time in times]
    ratio = median(theirs / our for theirs, our in zip(reference, each, strict=True))
    spread = f"{min(each):.3f} – {max(each):.3f}"
    return f"| {contestant.name} | {median(each):.3f} | {spread} | {ratio:.2f}× |"


def table(experiment: Experiment, data: Split, rounds: int, members: int) -> None:
    field = contestants(experiment, data, members)
    times = [[seconds(contestant.epoch) for contestant in field] for _ in range(rounds + 1)][1:]
    columns = [list(column) for column in zip(*times, strict=True)]
    print(f"\n**{experiment.name}**, n = {rounds}\n")
    print("| | s/epoch/run, median | spread | ratio |\n|---|---|---|---|")
    for contestant, column in zip(field, columns, strict=True):
        print(row(contestant, column, columns[0]))


def main(
    rounds: Annotated[int, typer.Option(min=1)] = 5,
    threads: Annotated[int, typer.Option(min=1)] = 2,
    members: Annotated[int, typer.Option(min=1)] = 16,
) -> None:
    torch.set_num_threads(threads)
    processor = platform.processor() or platform.machine()
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {processor}, {threads} threads")
    data = made_up()
    for experiment in (GRADIENT_DESCENT, ADAM_BATCH_NORM):
        table(experiment, data, rounds, members)


if __name__ == "__main__":
    typer.run(main)
