"""`run.py`, run by an interpreter that cannot import Gradus."""

import io
import json
import subprocess
import sys
import sysconfig
import zipfile

import pytest

from tests.integration.api.service import assert_problem
from tests.integration.predictions.conftest import Lab

ISOLATED = """
import contextlib, io, json, runpy, sys
sys.path.append({packages!r})
printed = {{}}
for folder in {folders!r}:
    sys.argv[1:] = [folder]
    with contextlib.redirect_stdout(io.StringIO()) as text:
        runpy.run_path(folder + "/run.py", run_name="__main__")
    printed[folder] = text.getvalue().splitlines()
assert not {{"gradus", "export", "models", "worker", "preprocessing"}} & set(sys.modules)
print(json.dumps(printed))
"""
KINDS = ("digits", "churn", "spending", "pictures")


@pytest.fixture(scope="module")
def printed(
    lab: Lab, digits: str, churn: str, spending: str, pictures: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """The lines that the `run.py` of each experiment prints. Its process has only installed packages in its path,
    without `.pth` files, so that it cannot import Gradus."""
    folders = {}
    for kind, experiment in zip(KINDS, (digits, churn, spending, pictures), strict=True):
        folder = folders[kind] = tmp_path_factory.mktemp(kind)
        response = lab.client.get(f"/v1/experiments/{experiment}/export/run.py")
        assert response.status_code == 200, response.text
        assert response.headers["content-type"].startswith("text/x-python")
        (folder / "run.py").write_text(response.text, encoding="utf-8")
        spec = lab.client.get(f"/v1/experiments/{experiment}").json()["spec"]
        if "version" in spec["dataset"]:
            table = lab.client.get(f"/v1/datasets/{spec['dataset']['name']}/content.npz")
            assert table.status_code == 200, table.text
            (folder / "data.npz").write_bytes(table.content)
    code = ISOLATED.format(packages=sysconfig.get_path("purelib"), folders=[str(one) for one in folders.values()])
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path_factory.mktemp("cwd"))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {kind: found[str(folder)] for kind, folder in folders.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_is_repeated(lab: Lab, kind: str, printed: dict[str, list[str]], request: pytest.FixtureRequest) -> None:
    lines = printed[kind]
    rows = lab.client.get(f"/v1/experiments/{request.getfixturevalue(kind)}/metrics").json()["data"]
    assert len(lines) == 1 + len(rows) + 1
    for line, row in zip(lines[1:], rows, strict=False):
        numbers = [float(word) for word in line.split()]
        assert numbers[0] == row["epoch"]
        for name, number in zip(lines[0].split()[1:], numbers[1:], strict=True):
            original = float("nan") if row[name] is None else row[name]
            exact = name.endswith("accuracy")
            assert number == pytest.approx(original, rel=1e-11 if exact else 1e-6, nan_ok=True), name
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
