"""A benchmark without its data ends with a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.mnist import mnist_directory

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("benchmark", [("service",), ("profile", "epoch")], ids=lambda one: one[0])
def test_a_benchmark_without_a_folder_of_data_says_what_it_needs(benchmark: tuple[str, ...]) -> None:
    module, *rest = benchmark
    env = {name: value for name, value in os.environ.items() if name != "GRADUS_DATASETS_DIR"}
    command = [sys.executable, "-m", f"benchmarks.{module}", *rest]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "GRADUS_DATASETS_DIR is not set: let it name the folder that holds mnist/\n"


def test_a_folder_without_mnist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADUS_DATASETS_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match=f"{tmp_path} has no whole MNIST"):
        mnist_directory()
