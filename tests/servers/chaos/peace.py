"""Trains the same specs undisturbed, with `worker.training.train` and without a service.

`python -m tests.servers.chaos.peace` reads arrays of specs on its standard input, one a line, and writes the numbers of
their members, a line for each array.
"""

import json
import sys
from collections.abc import Iterator, Sequence

import torch

from gradus.spec.experiment import Spec
from gradus.wire.metrics import MetricsRow
from tests.built_in import resolved
from tests.servers.chaos.undisturbed import numbers
from worker.data.load import load
from worker.trainer.convert import metrics_row
from worker.training.report import EpochReport
from worker.training.train import train


def trained(line: str) -> str:
    """Train an array on one thread. `line` is the array's specs as JSON; the result is the numbers of each epoch of
    each member, as JSON."""
    array = [Spec.model_validate(one) for one in json.loads(line)]
    members: list[list[str]] = [[] for _ in array]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for place, row in _rows(array):
            members[place].append(numbers(row))
    finally:
        torch.set_num_threads(threads)  # of other tests in this process
    return json.dumps(members)


def main() -> None:
    torch.set_num_interop_threads(1)
    for line in sys.stdin:
        sys.stdout.write(f"{trained(line)}\n")


def _rows(array: Sequence[Spec]) -> Iterator[tuple[int, MetricsRow]]:
    """The metrics rows of all members in the order of training, each with the member's place in the array."""
    data = load(array[0].dataset, resolved(array[0]).data, [], lambda _: None)
    for report in train(array, data, torch.device("cpu")):
        if isinstance(report, EpochReport):
            for place, member in enumerate(report.members):
                if member is not None:
                    yield place, metrics_row(member, 1.0, len(data.train))


if __name__ == "__main__":
    main()
