"""The lab over HTTP: the demonstrations, their results, pictures and errors."""

import json
import sys
from pathlib import Path
from xml.dom.minidom import parseString

import httpx
import pytest

from gradus.cli.main import main
from gradus.client import Client
from gradus.lab.demonstrations import DEMONSTRATIONS
from gradus.lab.optimizer_paths import OptimizerPaths
from gradus.spec.optimizer import SGD
from tests.integration.api.service import Service, on_sqlite

SVG = {"Accept": "image/svg+xml"}


@on_sqlite
def test_the_lab_over_http(client: httpx.Client) -> None:
    """One test for everything, because each request takes milliseconds, but starting a service takes longer."""
    page = client.get("/v1/lab").json()["data"]
    assert [entry["name"] for entry in page] == list(DEMONSTRATIONS)
    for entry in page:
        assert entry["description"]
        assert DEMONSTRATIONS[entry["name"]].model_validate(entry["defaults"]) == DEMONSTRATIONS[entry["name"]]()

    asked = {"optimizers": ["sgd", {"kind": "momentum", "lr": 0.1}], "steps": 2}
    answer = client.post("/v1/lab/optimizer_paths", json=asked).json()
    assert answer["request"]["optimizers"][0] == {"kind": "sgd", "lr": 0.01}
    assert [path["optimizer"] for path in answer["result"]["paths"]] == ["sgd 0.01", "momentum 0.1"]
    assert answer["result"]["paths"][0]["y"] == pytest.approx([2, 1.96, 1.9208])
    assert [chart["kind"] for chart in answer["charts"]] == ["line", "line"]

    picture = client.post("/v1/lab/dead_networks", json={"widths": 2}, headers=SVG)
    assert picture.headers["content-type"] == "image/svg+xml"
    parseString(picture.text)  # noqa: S318 - it is our own

    nan = client.post("/v1/lab/rate_against_rho", json={"problem": {"kind": "quadratic", "x": 0.0, "y": 0.0}})
    assert set(nan.json()["result"]["optimizers"][0]["rho"]) == {"NaN"}


MISTAKES: list[tuple[str, object, int, str]] = [
    ("optimizer_path", {}, 404, "did you mean 'optimizer_paths'?"),
    ("optimizer_paths", {"steps": 501}, 422, "steps"),
    ("optimizer_paths", {"optimizers": []}, 422, "optimizers"),
    ("optimizer_paths", {"optimizer": "sgd"}, 422, "optimizer"),
    ("optimizer_paths", [], 422, "object"),
    ("optimizer_paths", {"optimizers": ["sdg"]}, 422, "optimizers/0"),
    ("gradient_by_depth", {"networks": [{"init": "ntk"}]}, 422, "networks/0/init"),
    ("batch_norm_scale", {"smallest": 1, "largest": 1}, 422, "smallest must be less than largest"),
    ("rate_against_rho", {"problem": {"a": 1}}, 422, "problem"),
    ("dead_networks", {"widths": 2.5}, 422, "widths"),
]


@on_sqlite
def test_a_mistake_says_what_is_wrong(client: httpx.Client) -> None:
    for name, body, status, words in MISTAKES:
        answer = client.post(f"/v1/lab/{name}", json=body)
        assert (answer.status_code, words in answer.text) == (status, True), answer.text


@on_sqlite
def test_the_client_runs_demonstrations_by_name_and_by_type(service: Service) -> None:
    with Client(service.access.url, key=service.access.key) as client:
        assert next(client.lab.list()).name == "optimizer_paths"
        typed = client.lab.run(OptimizerPaths(steps=3, optimizers=(SGD(lr=0.5),)))
        assert typed == client.lab.run("optimizer_paths", steps=3, optimizers=[SGD(lr=0.5)])
        assert typed.charts[0].kind == "line"
        assert client.lab.picture("penalty_cases").startswith("<svg")


@on_sqlite
def test_the_command_line_lists_computes_and_draws(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GRADUS_URL", service.access.url)
    monkeypatch.setenv("GRADUS_KEY", service.access.key or "")

    def gradus(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["gradus", "lab", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return (ended.value.code or 0, *capsys.readouterr())

    code, listed, _ = gradus()
    assert (code, all(name in listed for name in DEMONSTRATIONS)) == (0, True)
    _, numbers, _ = gradus("optimizer_paths", "--set", "steps=1", "--set", "optimizers=[{kind: sgd, lr: 0.5}]")
    assert json.loads(numbers)["paths"][0]["x"] == [-7, -6.65]
    file = tmp_path / "paths.svg"
    assert gradus("optimizer_paths", "--svg", str(file))[:2] == (0, f"{file}\n")
    assert file.read_text(encoding="utf-8").startswith("<svg")
    assert "name a demonstration" in gradus("--set", "steps=1")[2]
    assert "did you mean 'optimizer_paths'?" in gradus("optimiser_paths")[2]
