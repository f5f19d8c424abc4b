"""The cores of a worker: chooses the threads of each run, and knows which cores are idle."""

import threading
from collections.abc import Callable

from gradus.device_name import CpuName
from gradus.spec.device import CpuThreads
from hub import cores
from hub.jobs.device_request import DeviceRequest


def device_for(own: CpuName, request: DeviceRequest, total: int, idle: int, fixed: int | None) -> CpuName:
    """The device of a run on a worker's CPU.

    The number of threads that the spec asks for comes first, limited to the worker's cores, because more threads would
    only wait for each other. Next comes the number that the run had before, if the worker has that many cores; then the
    worker's `fixed` number; and last the policy. A resumed run also keeps the libraries of its products, if the
    processor is the same.
    """
    before = None if request.before is None else CpuName.parse(request.before)
    most = max(total, fixed or 1)
    if isinstance(request.wish, CpuThreads):
        threads = min(request.wish.threads, most)
    elif before is not None and before.threads <= most:
        threads = before.threads
    else:
        threads = fixed or cores.threads(request.multiply_adds, idle, request.waiting)
    is_like = before is not None and before.is_like(own)
    return own.adjusted(threads, before.products if before is not None and is_like else own.products)


class Cores:
    """The cores that a worker's runs share."""

    def __init__(
        self, total: int, fixed: int | None = None, busy_with_others: Callable[[], float] = lambda: 0.0
    ) -> None:
        """`fixed` is the number of threads of each run, instead of the policy's. `busy_with_others` is the number of
        cores that other programs use."""
        self.total = total
        self._others = busy_with_others
        self._fixed = fixed
        self._threads: dict[object, int] = {}
        self._lock = threading.Lock()

    def name(self, own: str) -> str:
        """The name of the worker's device, with the maximum number of threads of a run. `own` is its name without
        that."""
        cpu = CpuName.parse(own)
        return own if cpu is None else str(cpu.adjusted(self._fixed or self.total, cpu.products))

    def choose(self, slot: object, own: str, request: DeviceRequest) -> str:
        """Choose the device for a run in a slot, given the name of the worker's device; returns the name of the chosen
        one. Its threads count as busy until `release`; a repeated call replaces the earlier choice."""
        cpu = CpuName.parse(own)
        if cpu is None:
            return own
        with self._lock:
            busy = sum(threads for other, threads in self._threads.items() if other is not slot) + round(self._others())
            chosen = device_for(cpu, request, self.total, max(0, self.total - busy), self._fixed)
            self._threads[slot] = chosen.threads
        return str(chosen)

    def release(self, slot: object) -> None:
        """Free the threads of the run in this slot."""
        with self._lock:
            self._threads.pop(slot, None)
