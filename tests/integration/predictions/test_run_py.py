"""`run.py`, run by an interpreter that cannot import anything of ours."""

import io
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.integration.api.service import assert_problem
from tests.integration.predictions.conftest import Lab

ISOLATED = """
import importlib.util, runpy, sys
sys.path.append({packages!r})
sys.argv[1:] = {folder!r},
runpy.run_path({script!r}, run_name="__main__")
assert not {{"gradus", "export", "models", "worker", "preprocessing"}} & set(sys.modules)
"""


def run(script: str, folder: Path) -> list[str]:
    """The lines that the file prints, in a process whose path has installed packages alone, without `.pth` files."""
    path = folder / "run.py"
    path.write_text(script, encoding="utf-8")
    code = ISOLATED.format(packages=sysconfig.get_path("purelib"), folder=str(folder), script=str(path))
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("which", ["digits", "churn", "spending", "pictures"])
def test_a_run_is_repeated(lab: Lab, which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    experiment = request.getfixturevalue(which)
    response = lab.client.get(f"/v1/experiments/{experiment}/export/run.py")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/x-python")
    spec = lab.client.get(f"/v1/experiments/{experiment}").json()["spec"]
    if which != "digits":
        table = lab.client.get(f"/v1/datasets/{spec['dataset']['name']}/content.npz")
        assert table.status_code == 200, table.text
        (tmp_path / "data.npz").write_bytes(table.content)
    lines = run(response.text, tmp_path)
    rows = lab.client.get(f"/v1/experiments/{experiment}/metrics").json()["data"]
    assert len(lines) == 1 + len(rows) + 1
    for line, row in zip(lines[1:], rows, strict=False):
        numbers = [float(word) for word in line.split()]
        assert numbers[0] == row["epoch"]
        for name, number in zip(lines[0].split()[1:], numbers[1:], strict=True):
            original = float("nan") if row[name] is None else row[name]
            assert number == pytest.approx(original, rel=1e-6, nan_ok=True), name
    assert lines[-1].startswith("largest difference from the original run: loss ")


def test_a_run_that_was_extended_with_other_rates_is_not_repeated(lab: Lab) -> None:
    experiment = lab.trained(dataset="wine", schedule="cosine", epochs=2)
    assert lab.client.get(f"/v1/experiments/{experiment}/export/run.py").status_code == 200
    assert lab.client.post(f"/v1/experiments/{experiment}/extend", json={"epochs": 1}).is_success
    problem = assert_problem(lab.client.get(f"/v1/experiments/{experiment}/export/run.py"), 409)
    assert problem["code"] == "cannot_repeat"
    assert "was extended" in problem["detail"]
    bundle = lab.client.get(f"/v1/experiments/{experiment}/export/bundle.zip")
    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        assert "run.py" not in archive.namelist()
