"""A worker: `python -m worker [--slots N] [--threads N] [--cores N] [--device auto|cpu|cuda] [--memory GIB]`."""

import argparse
import logging
import os
import sys
from collections.abc import Mapping
from functools import partial

from gradus.environment import number, one_of
from hub import cores as policy
from hub.cpu_load import CpuLoad
from hub.environment_errors import exit_on_environment_error
from hub.log_throttle import limit_repeats
from hub.machine import this_machine
from hub.settings import Settings
from worker.cores import Cores
from worker.launch import forks
from worker.slot import Slot
from worker.slot_pool import SlotPool
from worker.worker_process import WorkerProcess

DEVICES = ("auto", "cpu", "cuda")


def main(arguments: list[str] | None = None, env: Mapping[str, str] = os.environ) -> int:
    """Run a worker until a signal stops it; returns the exit code."""
    options = argparse.ArgumentParser(prog="python -m worker", description="Train queued experiments.")
    options.add_argument(
        "--slots",
        type=int,
        default=number(env, "GRADUS_SLOTS", int, 1),
        help="jobs to train at the same time; by default one per physical core, if memory allows, and one on a GPU",
    )
    options.add_argument(
        "--threads",
        type=int,
        default=number(env, "GRADUS_THREADS", int, 1),
        help="CPU threads of each run; by default chosen by its network's size and the idle cores",
    )
    options.add_argument(
        "--cores",
        type=int,
        default=number(env, "GRADUS_CORES", int, 1),
        help="physical cores that the runs share; by default all that the process may use",
    )
    options.add_argument(
        "--on-request",
        action="store_true",
        default=env.get("GRADUS_ON_REQUEST") == "1",
        help="train only runs that ask for this kind of device, not runs that leave the choice open",
    )
    options.add_argument("--device", choices=DEVICES, default=one_of(env, "GRADUS_DEVICE", DEVICES) or "auto")
    options.add_argument(
        "--memory",
        type=float,
        default=number(env, "GRADUS_MEMORY", float, 0.1),
        help="GiB per slot, CPU only; also per answer to a question",
    )
    chosen = options.parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    limit_repeats()
    machine = this_machine()
    cores, load = chosen.cores or machine.cores, CpuLoad()
    on_demand = forks(chosen.device)
    slots = chosen.slots or policy.slots(cores, machine.free_bytes)
    pool = partial(
        SlotPool,
        slots=[Slot("cpu" if on_demand else chosen.device, chosen.memory) for _ in range(slots)],
        cores=Cores(cores, chosen.threads, lambda: load.busy() * machine.cores / machine.cpus),
        load=load,
        on_demand=on_demand,
        kept_warm=0 if chosen.on_request else 1,
        most_on_gpu=chosen.slots or 1,
    )
    return WorkerProcess(Settings.from_env(), pool, chosen.memory, on_request=chosen.on_request).work()


if __name__ == "__main__":
    with exit_on_environment_error():
        sys.exit(main())
