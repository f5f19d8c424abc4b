"""A benchmark whose data are missing ends with a message."""

from importlib import import_module
from pathlib import Path

import pytest

from benchmarks.mnist import mnist_directory


@pytest.mark.parametrize("benchmark", [("service",), ("profile", "epoch")], ids=lambda one: one[0])
def test_a_benchmark_without_a_folder_of_data_says_what_it_needs(
    benchmark: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, *rest = benchmark
    monkeypatch.delenv("GRADUS_DATASETS_DIR", raising=False)
    monkeypatch.setattr("sys.argv", [module, *rest])
    with pytest.raises(SystemExit, match=r"^GRADUS_DATASETS_DIR is not set: let it name the folder that holds mnist/$"):
        import_module(f"benchmarks.{module}").main()
    assert capsys.readouterr() == ("", "")


def test_a_folder_without_mnist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADUS_DATASETS_DIR", str(tmp_path))
    with pytest.raises(SystemExit, match=f"{tmp_path} has no whole MNIST"):
        mnist_directory()
