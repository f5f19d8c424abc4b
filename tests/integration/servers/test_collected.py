"""Forked test processes report the same results as new ones."""

import os
import subprocess
import sys
from pathlib import Path

from tests.servers.collected import main
from tests.servers.processes import ROOT

FILES = {
    "test_broken": "import nothing_of_that_name\ndef test_never(): pass\n",
    "test_killed": "import os\ndef test_dies(): os.kill(os.getpid(), 9)\ndef test_after(): pass\n",
    "test_passes": "def test_passes(): pass\n",
}


def outcome(folder: Path, *names: str) -> tuple[int, str]:
    """The exit code and the last line of `pytest -n 1` on these files."""
    for name in names:
        (folder / f"{name}.py").write_text(FILES[name])
    options = ["-p", main.__module__, "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir", folder]
    command = [sys.executable, "-m", "pytest", "-n1", "-q", "--noconftest", "-c", "/dev/null", *options, folder]
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(list(map(str, command)), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()[-1].partition(" in ")[0]


def test_a_module_that_cannot_be_imported_is_an_error(tmp_path: Path) -> None:
    assert outcome(tmp_path, "test_broken", "test_passes") == (1, "1 passed, 1 error")


def test_a_process_that_dies_fails_its_test_and_another_takes_its_place(tmp_path: Path) -> None:
    assert outcome(tmp_path, "test_killed", "test_passes") == (1, "1 failed, 2 passed")
