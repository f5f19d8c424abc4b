"""All confinements of the reading process, in the order in which they must be applied."""

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable
from math import ceil
from pathlib import Path

import gradus
import preprocessing
import reading
from reading.priority import give_way
from reading.request import MIB, ReadRequest
from reading.sandbox.landlock import show_only
from reading.sandbox.seccomp import deny_network_and_processes

NICENESS = 5
OOM_SCORE = 900
"""Out-of-memory score, out of 1000. If the machine runs out of memory, Linux kills the reading process rather than a
trainer or the database."""

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_OURS = tuple(Path(str(package.__file__)).parent for package in (gradus, preprocessing, reading))
_SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/urandom",
    "/proc/self",
    "/proc/meminfo",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
)
"""Files of the system that Python and DuckDB read."""


def die_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends. If the parent has ended already, exit at once."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def confine(request: ReadRequest) -> tuple[str, ...]:
    """Confine this process for good. The current folder must be its own. Returns a sentence for each confinement that
    is not available."""
    give_way(NICENESS, OOM_SCORE)
    _limit(request)
    missing = _tried("see files of others", lambda: show_only(_readable(request), [Path.cwd()]))
    return (*missing, *_tried("use the network and start processes", _deny_network))


def renew_processor_time(request: ReadRequest) -> None:
    """Extend the limit so that this process may use the same amount of processor time once more."""
    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    _set(resource.RLIMIT_CPU, ceil(used + request.cpu_seconds), resource.getrlimit(resource.RLIMIT_CPU)[1])


def _limit(request: ReadRequest) -> None:
    seconds = ceil(request.cpu_seconds)
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: request.limits.unpacked_bytes,
    }
    if sys.platform == "linux":  # on other systems the limit has another meaning
        limits[resource.RLIMIT_AS] = request.limits.memory_mib * MIB
    for kind, limit in limits.items():
        # The soft limit on CPU time sends SIGXCPU, which tells the cause; the hard limit would send SIGKILL.
        # It leaves room for `renew_processor_time`.
        _set(kind, limit, 2 * limit + 5 if kind == resource.RLIMIT_CPU else limit)


def _set(kind: int, soft: int, hard: int) -> None:
    present = resource.getrlimit(kind)[1]
    if present != resource.RLIM_INFINITY:
        soft, hard = min(soft, present), min(hard, present)
    resource.setrlimit(kind, (soft, hard))


def _readable(request: ReadRequest) -> Iterable[Path]:
    return (
        *(file.path for file in request.files),
        *_OURS,
        *map(Path, (sys.prefix, sys.base_prefix)),
        *map(Path, _SYSTEM),
    )


def _deny_network() -> None:
    try:
        deny_network_and_processes()
    except OSError as refusal:
        if sys.platform == "linux" and not ctypes.CDLL(None).unshare(_CLONE_NEWUSER | _CLONE_NEWNET):
            raise OSError(
                refusal.errno, f"{refusal.strerror}; the process runs in an empty network namespace instead"
            ) from refusal
        raise


def _tried(deed: str, confinement: Callable[[], None]) -> tuple[str, ...]:
    try:
        confinement()
    except OSError as error:
        return (f"This machine lets the reading process {deed}: {error.strerror or error}.",)
    return ()
