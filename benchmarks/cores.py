"""The speed-up by threads: a wide network alone, with one thread and with several, and beside another run.

    python -m benchmarks.cores [--threads 2] [--seconds 20] [--rounds 3] [--spin 0]

Each run is a process of its own that trains as a trainer does, and counts its steps for some seconds. Needs a quiet
machine with as many cores as threads. `--spin` is for how many turns a waiting thread keeps its core. `--parts`
measures instead how long a step takes with one thread and with several: the shortest time of many short turns, taken
one after the other. These are the numbers of "Cores" in docs/performance.md.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import Any

import torch

from benchmarks.report import table
from benchmarks.rivals.setting import made_up
from gradus.spec.experiment import Spec
from hub.cores import WORK_PER_THREAD
from models.product_library import fastest_products
from tests.built_in import resolved
from worker.trainer.libraries import library_env
from worker.training.data import Data, Split
from worker.training.report import Pulse
from worker.training.train import Training, train

EXAMPLES, ENDLESS = 20_000, 100_000
CONV = {"kind": "conv", "channels": 32}
NETWORKS: dict[str, dict[str, Any]] = {
    "small dense": {"layers": [300, 100], "batch_size": 50},
    "dense": {"layers": [1000, 1000], "batch_size": 128},
    "wide dense": {"layers": [2000, 2000], "batch_size": 256},
    "conv": {"layers": [CONV, "max_pool", {**CONV, "channels": 64}, "max_pool"], "batch_size": 128},
}
WIDE = ("dense", "wide dense", "conv")
TURN_STEPS = 10


def main() -> None:
    options = _options()
    if options.run is not None:
        _run(options.run, options.threads, options.seconds)
    elif options.parts:
        _parts(options.threads, options.rounds)
    else:
        os.environ["GOMP_SPINCOUNT"] = str(options.spin)
        _side_by_side(options.threads, options.seconds, options.rounds)


def _side_by_side(threads: int, seconds: float, rounds: int) -> None:
    """Steps per second of each wide network: alone with one thread, alone with all threads, and with one thread beside
    another run."""
    rows = []
    for name in WIDE:
        rates: dict[str, list[float]] = {"one": [], "several": [], "several beside": [], "one beside": []}
        for _ in range(rounds):
            rates["one"] += _rates([(name, 1)], seconds)
            rates["several"] += _rates([(name, threads)], seconds)
            wide, other = _rates([(name, threads), (name, 1)], seconds)
            rates["several beside"].append(wide)
            rates["one beside"].append(other)
        one, several, wide, other = map(median, rates.values())
        rows.append([name, f"{several / one:.2f}", f"{several / wide:.2f}", f"{one / other:.2f}"])
    heads = ["network", f"{threads} threads, times one", f"{threads} threads slower beside", "one thread slower beside"]
    print(table(heads, rows))


def _rates(runs: Sequence[tuple[str, int]], seconds: float) -> list[float]:
    """Steps per second of runs at the same time, each given by network and threads."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.cores", "--run", name, f"--threads={threads}", f"--seconds={seconds}"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **library_env(), "GOMP_SPINCOUNT": os.environ["GOMP_SPINCOUNT"]},
        )
        for name, threads in runs
    ]
    return [float(process.communicate()[0]) for process in started]


def _run(name: str, threads: int, seconds: float) -> None:
    """Print the steps per second of the middle of the time, in which the others run, too."""
    training = _training(name, threads)
    began = time.monotonic()
    _steps(training)
    time.sleep(max(0.0, 5 - (time.monotonic() - began)))  # all have started
    _turn(training, seconds / 4)
    print(_turn(training, seconds / 2))
    _turn(training, seconds / 4)


def _turn(training: Training, seconds: float) -> float:
    began, steps = time.perf_counter(), 0
    while (taken := time.perf_counter() - began) < seconds:
        steps += _steps(training)
    return steps / taken


def _parts(most: int, rounds: int) -> None:
    """The least time of a step with each number of threads."""
    rows = []
    numbers = [2**i for i in range(most.bit_length()) if 2**i <= most]
    for name, words in NETWORKS.items():
        spec = resolved(Spec(dataset="mnist", **words))
        work = 3 * words["batch_size"] * spec.network.multiply_adds
        training = _training(name, 1)
        least = dict.fromkeys(numbers, float("inf"))
        for _ in range(rounds):
            for threads in numbers:
                torch.set_num_threads(threads)
                least[threads] = min(least[threads], _step_seconds(training))
        times = [f"{1e3 * least[threads]:.2f}" for threads in numbers]
        rows.append([name, f"{work / 1e6:.0f}", work // WORK_PER_THREAD, *times])
    print(table(["network", "million multiply-adds a step", "threads", *(f"ms with {n}" for n in numbers)], rows))


def _step_seconds(training: Training) -> float:
    began = time.perf_counter()
    steps = _steps(training)
    return (time.perf_counter() - began) / steps


def _training(name: str, threads: int) -> Training:
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    spec = Spec(dataset="mnist", optimizer="adam", epochs=ENDLESS, **NETWORKS[name])
    inputs, targets = made_up(EXAMPLES)
    few = Split(inputs[:10], targets[:10])  # evaluation is not measured
    data = Data(Split(inputs, targets), few, few, resolved(spec).data)
    return train([spec], data, torch.device("cpu"), pulse_steps=TURN_STEPS, products=fastest_products())


def _steps(training: Training) -> int:
    """Train up to the next pulse; returns the steps."""
    while not isinstance(next(training), Pulse):
        pass
    return TURN_STEPS


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spin", type=int, default=0)
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("--run", choices=NETWORKS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
