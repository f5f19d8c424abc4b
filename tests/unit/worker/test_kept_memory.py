"""Freed memory stays in the process during a job."""

import ctypes
import subprocess
import sys

import pytest

FAULTS = """
import ctypes, resource, sys
from worker.trainer.kept_memory import keep_freed_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
if sys.argv[1] == "keep":
    keep_freed_memory()
def touch():
    block = libc.malloc(64 * 2**20)
    ctypes.memset(block, 1, 64 * 2**20)
    libc.free(block)
touch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    touch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


AGAIN = """
import ctypes
from worker.trainer.kept_memory import keep_freed_memory
from worker.trainer.process_limits import limit_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
limit_memory(1.0)
keep_freed_memory()
large, small = libc.malloc(600 * 2**20), libc.malloc(2**20)  # which stays, above the large one
libc.free(large)
libc.malloc_trim(0)
print(libc.malloc(700 * 2**20) is not None)
"""

STACKS = """
import resource
from worker.trainer.process_limits import limit_memory
for stacks in (2**29, 0):
    limit_memory(1.0, stacks)
    print(resource.getrlimit(resource.RLIMIT_DATA)[0] / 2**30)
"""

GROWTH = """
import ctypes
from worker.trainer.kept_memory import keep_freed_memory
from worker.trainer.memory_trim import anonymous_bytes, writable_bytes
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]
keep_freed_memory()
before = writable_bytes(), anonymous_bytes()
blocks = [libc.malloc(200 * 2**20) for _ in range(3)]
small = libc.malloc(2**20)
for block in blocks:
    libc.free(block)
libc.malloc_trim(0)
print((writable_bytes() - before[0]) // 2**20, (anonymous_bytes() - before[1]) // 2**20)
"""

only_glibc = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc can be told to keep memory"
)


def _told(script: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@only_glibc
def test_blocks_that_come_again_cost_no_page_faults() -> None:
    assert int(_told(FAULTS, "keep")) < 100 < int(_told(FAULTS, "as usual"))


@only_glibc
def test_what_a_job_freed_does_not_count_against_the_next_ones_limit() -> None:
    assert _told(AGAIN) == "True"


@only_glibc
def test_addresses_that_stay_count_as_growth() -> None:
    writable, anonymous = map(int, _told(GROWTH).split())
    assert writable >= 600
    assert anonymous < 100


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit allocations")
def test_stacks_of_threads_do_not_count_against_the_limit() -> None:
    assert _told(STACKS).split() == ["1.5", "1.0"]
