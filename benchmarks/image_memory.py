"""What MNIST costs each of several trainers: memory, and the time until a run starts."""

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import header, table
from gradus.spec.experiment import Spec
from hub.settings import Settings
from tests.built_in import resolved
from tests.servers.trainers import running_trainer_server
from tests.servers.usage import processor_seconds, proportional
from worker.trainer.protocol import Ended, EpochDone, Report, Train, Trainee, TrainingStarted
from worker.trainer_process import TrainerProcess

WORDS: dict[str, dict[str, Any]] = {"bytes": {}, "standardized": {"standardize": True}}
NETWORK: dict[str, Any] = {"layers": [300, 100], "batch_size": 50, "epochs": 1000}
COLUMNS = ("trainer", "seconds until it trains", "its processor seconds", "before, MiB", "while it trains, MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trainers", type=int, default=4)
    trainers = parser.parse_args().trainers
    notes = ["memory shared with other processes counts in part; the trainers start one after another, and stay"]
    print(header("Memory of images", ("torch",), notes))
    with running_trainer_server() as server:
        os.environ["GRADUS_TRAINER_SERVER"] = str(server)
        for title, words in WORDS.items():
            with tempfile.TemporaryDirectory() as folder:
                print(f"**MNIST, {title}**\n\n{table(COLUMNS, _measured(Path(folder), trainers, words))}")


def _measured(folder: Path, n: int, words: dict[str, Any]) -> list[list[object]]:
    """A row of the table for each trainer, and a row with the total memory."""
    trainers = [TrainerProcess("cpu") for _ in range(n)]
    for trainer in trainers:
        trainer.wait_until_ready()
    before = [proportional(trainer.pid) for trainer in trainers]
    starts = [_started(trainer, folder, words) for trainer in trainers]
    for trainer in trainers:
        _hear(trainer, EpochDone)
    during = [proportional(trainer.pid) for trainer in trainers]
    for trainer in trainers:
        trainer.kill()
    rows = [
        [i + 1, f"{seconds:.2f}", f"{computed:.2f}", f"{first:.0f}", f"{then:.0f}"]
        for i, ((seconds, computed), first, then) in enumerate(zip(starts, before, during, strict=True))
    ]
    return [*rows, ["all", "", "", f"{sum(before):.0f}", f"{sum(during):.0f}"]]


def _started(trainer: TrainerProcess, folder: Path, words: dict[str, Any]) -> Sequence[float]:
    """Seconds from the command until the data are loaded, and processor seconds of the trainer meanwhile."""
    one = resolved(Spec(dataset={"name": "mnist", **words}, **NETWORK))
    directories = *map(str, Settings.from_env().dataset_dirs[:-1]), str(folder / "data")
    job = Train(
        trainees=(Trainee(id="exp_1", spec=one.spec, data=one.data, epoch=0, seconds=0.0),),
        dataset_dirs=directories,
        artifacts_url=str(folder / "artifacts"),
        token=1,
        checkpoint_seconds=1e9,
    )
    began, computed = time.monotonic(), processor_seconds(trainer.pid)
    trainer.send(job)
    _hear(trainer, TrainingStarted)
    return time.monotonic() - began, processor_seconds(trainer.pid) - computed


def _hear(trainer: TrainerProcess, kind: type[Report]) -> None:
    """Wait for a report of this kind."""
    while not isinstance(report := trainer.receive(1.0), kind):
        assert not isinstance(report, Ended), report


if __name__ == "__main__":
    main()
