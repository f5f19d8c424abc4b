"""This machine: Python, the parts of the service, PyTorch and its devices, the data folder."""

import json
import os
import platform
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from gradus import __version__
from gradus.cli.doctor.check import Check, ok, problem, warning
from gradus.cli.service import NEEDED

LOW, TOO_LOW, NOTHING = 5e9, 5e8, 2**20
"""Bytes free."""
FEW_FILES = 2048
"""As a thousand streams need, with all else that a service opens."""
FULL = "make room by removing other files from this disk: gradus rm needs some itself"
INSTALL = "pip install -c constraints.txt -e '.[embedded]' in a checkout of the project"

_TORCH = """
import json, torch
cuda = torch.cuda.is_available()
names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if cuda else []
print(json.dumps({"version": torch.__version__, "cuda": torch.version.cuda, "devices": names}))
"""
"""Asked of another process: torch takes seconds to import, and may be broken."""


def python() -> Check:
    """The interpreter; an older one than Gradus needs would not have come so far."""
    return ok("Python", f"{platform.python_version()} at {sys.executable}")


def parts() -> Check:
    """Whether a service could be started here."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        said = f"{__version__}, the client alone: no {', '.join(missing)}"
        return warning("Gradus", said, f"to start a service here: {INSTALL}")
    return ok("Gradus", f"{__version__}, with all that a service needs")


def torch() -> Check:
    """PyTorch and what it can train on."""
    if find_spec("torch") is None:
        return warning("PyTorch", "not installed here", f"workers need it, clients do not; {INSTALL}")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-P", "-c", _TORCH],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=120,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it left no message"])[-1]
        return problem(
            "PyTorch", f"cannot be imported: {last}", "install it again: pip install --force-reinstall torch"
        )
    found = json.loads(done.stdout)
    said = f"{found['version']}, {_devices(found['devices'])}"
    if not found["devices"] and shutil.which("nvidia-smi"):
        return warning(
            "PyTorch", said, "there is an NVIDIA driver, but this PyTorch does not see a GPU: take a CUDA build"
        )
    return ok("PyTorch", said)


def open_files() -> Check:
    """How many connections a service started here could have: it raises the soft limit to the hard one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = f"{_number(hard)} at most, of which a service takes all (now {_number(soft)})"
    if hard != resource.RLIM_INFINITY and hard < FEW_FILES:
        return warning("open files", said, "each client takes one: raise the hard limit (ulimit -Hn, or LimitNOFILE)")
    return ok("open files", said)


def folder(path: Path) -> Iterator[Check]:
    """Whether the data folder can be written, and what room it has."""
    there = next(parent for parent in (path, *path.parents) if os.path.exists(parent))  # noqa: PTH110 (closed: no)
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield problem("data folder", f"{path} cannot be written", "choose another with GRADUS_DATA_DIR or --data")
        return
    yield ok("data folder", f"{path}" + ("" if path.exists() else ", to be made by gradus up"))
    free = shutil.disk_usage(there).free
    said = f"{free / 1e9:.1f} GB free"
    if free < LOW:
        found = problem if free < TOO_LOW else warning
        yield found(
            "disk",
            said,
            FULL if free < NOTHING else "delete experiments (gradus rm), or choose a data folder elsewhere",
        )
    else:
        yield ok("disk", said)


def _number(limit: int) -> str:
    return "any number" if limit == resource.RLIM_INFINITY else f"{limit:,}"


def _devices(gpus: list[str]) -> str:
    return ", ".join(gpus) if gpus else f"no GPU, {os.cpu_count()} CPU cores"
