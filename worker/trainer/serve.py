"""The trainer's life: get warm, then train job after job."""

import logging
import sys

import torch

from gradus.spec.device import DeviceChoice
from gradus.spec.experiment import Spec
from models.device import device, device_name
from worker.data.cache import DataCache
from worker.trainer.job import Job
from worker.trainer.memory_trim import GROWTH, free_memory, own_bytes, peak_watched, settle_down
from worker.trainer.pipe import Pipe
from worker.trainer.process_limits import bound_memory
from worker.trainer.protocol import Idle, Ready
from worker.training.data import Data, Split
from worker.training.train import train

CACHE_BYTES = 2 * 2**30
"""Data sets that stay in memory between jobs; MNIST takes 0.2 GiB."""


def serve(pipe: Pipe, threads: int, wish: DeviceChoice, memory: float | None) -> None:
    """Train what the parent sends; ends with the process."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(1)
    place = device(wish)
    if place.type == "cpu":  # CUDA maps more than it takes
        bound_memory(memory)
    cache = DataCache(CACHE_BYTES)
    warm_up(place)
    free_memory(place)
    settle_down()
    pipe.say(Ready(device=device_name(place)))
    at_first, loads = own_bytes(), 0
    while True:
        order = pipe.next_job()
        with peak_watched(place, order.trainees[0].spec, order.places):
            sound = Job(pipe, order, cache, place).train()
        free_memory(place)
        if cache.loads > loads:  # its readers brought libraries along: to look through them again costs 50 ms a run
            settle_down()
            loads = cache.loads
        grown = own_bytes() - cache.bytes - at_first > GROWTH
        pipe.say(Idle(worn=not sound or grown))


def warm_up(place: torch.device) -> None:
    """Train a small network on noise, so that the first experiment does not pay for what torch does once."""
    inputs, targets = torch.rand(64, 64), torch.arange(64) % 10
    split = Split(inputs, targets)
    spec = Spec(dataset="digits", layers=[8], batch_norm=True, epochs=1)
    for _ in train([spec], Data(split, split, split, "classification"), place):
        pass
