"""The startup time of `gradus up`, and its memory when idle: `python -m benchmarks.startup [--rounds N]`."""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import table
from tests.servers.chaos.families import arguments, family, program_name
from tests.servers.processes import Program
from tests.servers.usage import processor_seconds, proportional

REST_SECONDS = 3.0
"""Seconds after which a ready service is idle."""


@dataclass(frozen=True)
class Start:
    """One start on an existing data folder."""

    seconds: float
    """Seconds from the command to the line that says that the service is ready."""
    computed: float
    """CPU seconds of all processes together."""
    memory: dict[str, float]
    """MiB of each idle process; shared memory is divided among its processes."""


def main() -> None:
    """Run the benchmark and print its results."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.startup")
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        starts = [started(Path(folder)) for _ in range(rounds + 1)][1:]  # the first start creates the folder
    seconds = sorted(start.seconds for start in starts)
    totals = [sum(start.memory.values()) for start in starts]
    print(f"ready after {statistics.median(seconds):.2f} s ({seconds[0]:.2f} to {seconds[-1]:.2f}, n = {rounds})")
    print(f"computed until then: {statistics.median(start.computed for start in starts):.1f} s of a core")
    print(f"at rest: {statistics.median(totals):.0f} MiB in {len(starts[-1].memory)} processes\n")
    print(table(["process", "MiB"], [[name, f"{size:.0f}"] for name, size in starts[-1].memory.items()]))


def started(folder: Path) -> Start:
    """Start the service, measure it, and stop it."""
    (folder / "up.log").write_text("")
    began = time.monotonic()
    env = {"GRADUS_DATA_DIR": str(folder / "data"), "GRADUS_TRAINER_SERVER": ""}
    with Program(folder / "up.log", "gradus.cli", "up", "--port", 0, env=env) as program:
        program.wait_for("is ready")
        seconds = time.monotonic() - began
        computed = sum(map(processor_seconds, family(program.process.pid)))
        time.sleep(REST_SECONDS)
        memory = {f"{_name(pid)} ({pid})": proportional(pid) for pid in family(program.process.pid)}
    return Start(seconds, computed, memory)


def _name(pid: int) -> str:
    """The name that a part of the service has given itself; for other processes, the last module or program of the
    command line."""
    if (name := program_name(pid)).startswith("gradus-"):
        return name
    words = [Path(word.split()[0]).name for word in arguments(pid) if word.strip() and not word.startswith("-")]
    return next((word for word in reversed(words) if word in {"hub.embedded", "valkey-server"}), words[0])


if __name__ == "__main__":
    main()
