"""A worker: `python -m worker [--slots N] [--threads N] [--device auto|cpu|cuda] [--memory GIB]`."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping

from gradus.environment import number
from hub.environment_errors import exit_on_environment_error
from hub.log_throttle import limit_repeats
from hub.settings import Settings
from worker.slot import Slot
from worker.worker_process import WorkerProcess


def main(arguments: list[str] | None = None, env: Mapping[str, str] = os.environ) -> int:
    """Run a worker until a signal stops it; returns the exit code."""
    options = argparse.ArgumentParser(prog="python -m worker", description="Train queued experiments.")
    options.add_argument(
        "--slots", type=int, default=number(env, "GRADUS_SLOTS", int, 1) or 1, help="jobs to train at the same time"
    )
    options.add_argument(
        "--threads", type=int, default=number(env, "GRADUS_THREADS", int, 1) or 1, help="CPU threads per slot"
    )
    options.add_argument("--device", choices=["auto", "cpu", "cuda"], default=env.get("GRADUS_DEVICE") or "auto")
    options.add_argument(
        "--memory",
        type=float,
        default=number(env, "GRADUS_MEMORY", float, 0.1),
        help="GiB per slot, CPU only; also per answer to a question",
    )
    chosen = options.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    limit_repeats()
    slots = [Slot(chosen.threads, chosen.device, chosen.memory) for _ in range(chosen.slots)]
    return WorkerProcess(Settings.from_env(), slots, chosen.memory).work()


if __name__ == "__main__":
    with exit_on_environment_error():
        sys.exit(main())
