"""Environment variables that torch's libraries read when they are loaded."""

from collections.abc import Mapping

_CACHE_LIMITS = {"LRU_CACHE_CAPACITY": "256", "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "256"}
"""Limits for oneDNN's cache of compiled matrix products. By default it keeps a thousand of each kind, and a process
that has trained networks of many shapes grows by hundreds of megabytes."""
PASSIVE_WAIT = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "0", "KMP_BLOCKTIME": "0"}
"""Idle threads release their core. Threads that busy-wait make epochs five times slower on a machine with a busy
API."""


_CUBLAS = {"CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
"""Products on a GPU have a fixed workspace, without which cuBLAS promises no equal bits with several streams."""


def library_env(threads: int = 1) -> Mapping[str, str]:
    """The variables for a process whose libraries start with this number of threads. torch may be given more later."""
    return {**_CACHE_LIMITS, **PASSIVE_WAIT, **_CUBLAS, "OMP_NUM_THREADS": str(threads)}
