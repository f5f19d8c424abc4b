"""The wheel in a fresh environment, as for a person who installs only the client."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest

from gradus import __version__
from scripts.pip_settings import variables
from tests.servers.processes import ROOT

UV = Path(sys.executable).with_name("uv")
"""uv, which takes a tenth of pip's processor time. `scripts/_venv` installs it where it is available."""
PIP = (sys.executable, "-m", "pip")
HEAVY = {"torch", "numpy", "fastapi", "starlette", "sqlalchemy", "celery", "redis", "uvicorn", "pandas", "plotly"}
TIMED = """
import time
wall, cpu = time.perf_counter(), time.process_time()
import httpx, pydantic
pydantic.BaseModel
needed = time.process_time()
from gradus import Client
print(time.perf_counter() - wall, time.process_time() - cpu, needed - cpu)
"""
MOST = 4.0
"""The limit for the time of the import, as a multiple of the time to import httpx and pydantic, which every client
needs."""
TYPED = "from importlib.resources import files; print((files('gradus') / 'py.typed').is_file())"
UNREACHABLE = """
from gradus import Adam, Client, Dense, Spec, Unavailable
spec = Spec(dataset="mnist", layers=[Dense(300), 100], optimizer=Adam())
try:
    Client("http://127.0.0.1:9").experiments.create(spec)
except Unavailable as error:
    print(error.code)
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment in which the wheel and its dependencies are installed."""
    folder = tmp_path_factory.mktemp("wheel")
    if UV.exists():
        run([UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT])
    else:
        run([*PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, ROOT])
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    pip(python, "install", "--quiet", "-c", ROOT / "constraints.txt", wheel)
    return python


def pip(python: Path, command: str, *arguments: str | Path) -> str:
    """Run the pip of this environment on the new one. To install pip there would take as long as the rest of the
    test."""
    if UV.exists():
        return run([UV, "pip", command, "--python", python, *arguments])
    return run([*PIP, "--python", python, command, *arguments])


def run(command: Sequence[str | Path]) -> str:
    """Run a command; returns its output. uv gets the package indexes from pip's settings."""
    settings = uv_settings() if command[0] == UV else {}
    done = subprocess.run(command, env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


@cache
def uv_settings() -> Mapping[str, str]:
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **variables(run([*PIP, "config", "list"]))}


def said(python: Path, *arguments: str) -> str:
    """Run the new environment's Python in a folder without a checkout; returns its output."""
    done = subprocess.run([python, *arguments], cwd=python.parent, capture_output=True, text=True, check=True)
    return done.stdout


def test_it_brings_nothing_heavy(python: Path) -> None:
    listed = {one["name"].lower() for one in json.loads(pip(python, "list", "--format", "json"))}
    print(f"\nthe wheel brings {len(listed)} packages: {', '.join(sorted(listed))}")  # noqa: T201
    assert listed >= {"gradus-ml", "httpx", "pydantic"}
    assert "gradus" not in listed  # another project's
    assert not listed & HEAVY


def test_it_brings_its_types(python: Path) -> None:
    assert said(python, "-c", TYPED).strip() == "True"


def test_the_client_is_there_at_once(python: Path) -> None:
    times = [tuple(map(float, said(python, "-c", TIMED).split())) for _ in range(5)]
    wall, cpu, needed = map(min, zip(*times, strict=True))
    print(f"\nfrom gradus import Client: {wall:.2f} s, {cpu:.2f} s of computing, {needed:.2f} of them for others")  # noqa: T201
    assert cpu < MOST * needed


def test_the_client_and_the_command_work_without_a_checkout(python: Path) -> None:
    assert said(python, "-c", UNREACHABLE).strip() == "unreachable"
    assert said(python, "-m", "gradus.cli", "version").strip() == __version__
