"""The main loop of the trainer process: warm up, then train one job after another."""

import logging
import sys

import torch

from gradus.dataset_plan import DatasetPlan
from gradus.device_name import CpuName
from gradus.resolved import ResolvedSpec
from gradus.spec.device import DeviceChoice
from gradus.spec.experiment import Spec
from models.device import device_name, select_device
from models.product_library import fastest_products
from worker.data.cache import DataCache
from worker.trainer.job import Job
from worker.trainer.kept_memory import keep_freed_memory
from worker.trainer.memory_trim import (
    MAX_GROWTH_BYTES,
    anonymous_bytes,
    free_memory,
    freeze_objects,
    log_peak_memory,
    stack_bytes,
    writable_bytes,
)
from worker.trainer.peak_memory import PeakMemory
from worker.trainer.pipe import Pipe
from worker.trainer.process_limits import limit_memory
from worker.trainer.protocol import Idle, Ready
from worker.training.data import Data, Split
from worker.training.train import train

CACHE_BYTES = 2 * 2**30
"""Limit of the data sets that stay in memory between jobs; images and uploaded data are mapped files, which count
little."""


def serve(pipe: Pipe, choice: DeviceChoice, memory: float | None) -> None:
    """Train the jobs that the parent sends; never returns."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    device = select_device(choice)
    if device.type == "cpu":
        limit_memory(memory)  # not with CUDA, which maps more memory than it uses
        torch.set_flush_denormal(True)  # before torch has other threads, which inherit it
    keep_freed_memory()
    cache = DataCache(CACHE_BYTES)
    warm_up(device)
    free_memory(device)
    freeze_objects()
    peak = PeakMemory(device)
    pipe.send(Ready(device=device_name(device, fastest_products())))
    held_bytes = writable_bytes if device.type == "cpu" else anonymous_bytes  # what counts against the limit
    bytes_at_start, loads, stacks = held_bytes(), 0, 0
    while True:
        command = pipe.next_job()
        cpu = CpuName.parse(command.device)
        if cpu is not None:
            torch.set_num_threads(cpu.threads)
            stacks = max(stacks, stack_bytes())  # threads of an earlier run may still be there
            limit_memory(memory, 2 * stacks)  # the loop's own, and those of the thread that loads the data
        first = command.trainees[0]
        with log_peak_memory(device, ResolvedSpec(first.spec, first.data), command.places):
            products = fastest_products() if cpu is None else cpu.products
            had_memory = Job(pipe, command, cache, device, products, peak).train()
        free_memory(device)
        if cache.loads > loads:  # loading imported libraries, whose objects would cost each later collection 50 ms
            freeze_objects()
            loads = cache.loads
        has_grown = held_bytes() - cache.bytes - bytes_at_start - stack_bytes() > MAX_GROWTH_BYTES
        pipe.send(Idle(worn=not had_memory or has_grown))


def warm_up_for_all() -> None:
    """Warm up the fork server, so that the warm-up of the trainers that it forks takes only milliseconds."""
    torch.set_num_threads(1)
    fastest_products()
    warm_up(torch.device("cpu"))
    freeze_objects()


def warm_up(device: torch.device) -> None:
    """Train a small network on noise, so that the first experiment does not pay for torch's one-time initialization."""
    inputs, targets = torch.rand(64, 64), torch.arange(64) % 10
    split = Split(inputs, targets)
    spec = Spec(dataset="digits", layers=[8], batch_norm=True, epochs=1)
    plan = DatasetPlan(
        task="classification",
        input_shape=(64,),
        classes=tuple("0123456789"),
        train_examples=64,
        validation_examples=64,
        test_examples=64,
    )
    for _ in train([spec], Data(split, split, split, plan), device):
        pass
