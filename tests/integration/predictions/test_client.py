"""Predictions and exports with the Python client and on the command line."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gradus.client import Client
from gradus.errors import BadRequest, Conflict, InvalidSpec, NotFound
from gradus.wire.key import Role
from tests.duck import cursor
from tests.integration.access.credentials import make_key
from tests.integration.predictions.answering import answer_all
from tests.integration.predictions.commands import ran
from tests.integration.predictions.conftest import Lab, other_epoch

ROWS: list[dict[str, Any]] = [
    {"age": 41, "city": "Chur", "balance": None, "since": "2020-02-03", "member": True, "visits": 3.5},
    {"age": 30, "city": None, "balance": 2.5, "since": None, "member": False, "visits": 1},
]


@pytest.fixture(scope="package")
def key(lab: Lab) -> str:
    """A viewer's key for the lab's workspace."""
    return make_key(lab.hub, lab.workspace, Role.VIEWER).key


@pytest.fixture
def client(lab: Lab, key: str) -> Iterator[Client]:
    with Client(lab.service.url, key=key) as client:
        yield client


def test_rows_columns_and_frames_have_the_same_answers(client: Client, churn: str) -> None:
    experiment = client.experiments.get(churn)
    expected = experiment.predict(ROWS)
    assert [row.prediction for row in expected.data] == [row.prediction for row in experiment.predict(ROWS).data]
    columns = {name: [row[name] for row in ROWS] for name in ROWS[0]}
    frame = pd.DataFrame(columns)
    frame["since"] = pd.to_datetime(frame["since"])
    for data in (columns, frame):
        assert experiment.predict(data).data == expected.data


def test_options_reach_the_service(client: Client, churn: str) -> None:
    experiment = client.experiments.get(churn)
    answer = experiment.predict([{"age": 41}], epoch=1, top=1, absent="missing")
    assert (answer.epoch, len(answer.data[0].probabilities or {})) == (1, 1)
    assert experiment.predict([{"age": 41}], probabilities=False, absent="missing").data[0].probabilities is None
    with pytest.raises(NotFound, match="available epochs"):
        experiment.predict(ROWS, epoch=99)
    with pytest.raises(InvalidSpec, match="'city' is missing"):
        experiment.predict([{"age": 41}])


def test_arrays_are_rows_of_the_networks_columns(client: Client, digits: str) -> None:
    experiment = client.experiments.get(digits)
    pixels = np.random.default_rng(0).integers(0, 17, (3, 64))
    expected = experiment.predict([{"pixels": row.tolist()} for row in pixels]).data
    assert experiment.predict(pixels).data == expected


def test_many_rows_are_asked_about_in_several_requests(client: Client, digits: str) -> None:
    experiment = client.experiments.get(digits)
    pixels = np.random.default_rng(0).integers(0, 17, (10_050, 64))
    answer = experiment.predict(pixels, probabilities=False)
    assert len(answer.data) == 10_050
    assert answer.data[-1].prediction == experiment.predict(pixels[-1:]).data[0].prediction


@pytest.mark.parametrize("data", ["age", 3, [1, 2], {"age": [1], "city": []}, [{"age": 1}, {"city": "x"}]])
def test_other_data_are_refused_before_anything_is_sent(client: Client, churn: str, data: Any) -> None:
    with pytest.raises(BadRequest):
        client.experiments.get(churn).predict(data)


def table(path: Path, rows: int) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["note", *ROWS[0]])
        for i in range(rows):
            row = {**ROWS[0], "age": 20 + i % 40, "city": 'Chur\nor "Bern"' if i % 100 == 0 else "Chur"}
            writer.writerow(["x", *("" if value is None else value for value in row.values())])
    return path


def test_a_long_file_is_answered_line_by_line(client: Client, churn: str, tmp_path: Path) -> None:
    file = table(tmp_path / "rows.csv", 25_000)
    text = file.read_text().replace("note", "customer", 1)
    file.write_text(text)
    experiment = client.experiments.get(churn)
    target = experiment.predict_file(file, tmp_path / "answers.csv")
    answers = list(csv.DictReader(target.read_text().splitlines()))
    assert len(answers) == 25_000
    rows = [{**ROWS[0], "age": 20 + i % 40, "city": 'Chur\nor "Bern"' if i % 100 == 0 else "Chur"} for i in (0, 20_500)]
    for i, expected in zip((0, 20_500), experiment.predict(rows).data, strict=True):
        assert float(answers[i]["probability_no"]) == (expected.probabilities or {})["no"]
    assert [note for note in answers[20_500]["notes"].split("; ") if "city" in note] == ["city: unseen_category"]


@pytest.mark.parametrize("name", ["rows.tsv", "rows.jsonl", "rows.csv.gz", "rows.ndjson.GZ"])
def test_tables_of_other_kinds_have_the_same_answers(client: Client, churn: str, tmp_path: Path, name: str) -> None:
    text = io.StringIO()
    if "json" in name:
        text.write("".join(f"{json.dumps(row)}\n" for row in ROWS))
    else:
        writer = csv.writer(text, delimiter="\t" if "tsv" in name else ",")
        writer.writerows([ROWS[0], *(row.values() for row in ROWS)])
    content = text.getvalue().encode()
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.lower().endswith(".gz") else content)
    experiment = client.experiments.get(churn)
    lines = csv.DictReader(experiment.predict_file(file, tmp_path / "answers.csv").read_text().splitlines())
    expected = [row.probabilities or {} for row in experiment.predict(ROWS).data]
    assert [float(line["probability_no"]) for line in lines] == [row["no"] for row in expected]


def test_a_file_that_only_workers_read_is_uploaded(
    lab: Lab, churn: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rows.parquet"
    with cursor() as connection:
        rows = connection.from_df(pd.DataFrame(ROWS).astype({"balance": float}))
        rows.project("* REPLACE (since::DATE AS since)").write_parquet(str(file))
    key = make_key(lab.hub, lab.workspace, Role.EDITOR).key
    with (
        Client(lab.service.url, key=key) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        experiment = client.experiments.get(churn)
        with pytest.raises(BadRequest, match="predict_upload"):
            experiment.predict_file(file, tmp_path / "answers.csv")
        found = thread.submit(experiment.predict_upload, file, tmp_path / "answers.csv", timeout=60)
        while not found.done():
            answer_all(lab.hub, tmp_path)
            wait([found], 0.05)
        assert found.result() == tmp_path / "answers.csv"
        lines = csv.DictReader(found.result().read_text().splitlines())
        expected = [row.probabilities or {} for row in experiment.predict(ROWS).data]
        assert [float(line["probability_no"]) for line in lines] == pytest.approx([row["no"] for row in expected])
        for name, value in {"GRADUS_URL": lab.service.url, "GRADUS_KEY": key}.items():
            monkeypatch.setenv(name, value)
        assert ran("predict", churn, str(file)) != 0
        assert "have a worker read it, with predict_upload or --upload" in capsys.readouterr().err
        asked = thread.submit(ran, "predict", churn, str(file), "--upload", "-o", str(tmp_path / "printed.csv"))
        while not asked.done():
            answer_all(lab.hub, tmp_path)
            wait([asked], 0.05)
        assert asked.result() == 0
        assert (tmp_path / "printed.csv").read_bytes() == found.result().read_bytes()
        capsys.readouterr()
        epoch = other_epoch(lab, churn)
        options = ("--top", "1", "--calibrated", "--epoch", str(epoch))
        asked = thread.submit(ran, "predict", churn, str(file), "--upload", *options)
        while not asked.done():
            answer_all(lab.hub, tmp_path)
            wait([asked], 0.05)
        assert asked.result() == 0
        printed = csv.DictReader(capsys.readouterr().out.splitlines())
        likeliest = [
            row.probabilities or {} for row in experiment.predict(ROWS, epoch=epoch, top=1, calibrated=True).data
        ]
        assert [{line["top_1"]: float(line["top_1_probability"])} for line in printed] == [
            pytest.approx(row) for row in likeliest
        ]
        lacking = client.request("POST", "/v1/uploads", json={"size": 3})["id"]
        with pytest.raises(Conflict, match="upload"):
            experiment.predict_upload(lacking)


def test_histories_filters_and_activations(client: Client, churn: str, pictures: str, tmp_path: Path) -> None:
    history = client.experiments.get(churn).predict_history(ROWS, top=1)
    assert [one.epoch for one in history.epochs] == [1, 2, 3]
    assert [len(row.probabilities or {}) for row in history.epochs[0].data] == [1, 1]
    experiment = client.experiments.get(pictures)
    filters = experiment.filters("layers/0", limit=2)
    assert (filters.layer, len(filters.filters), filters.layers[0].channels) == ("layers/0", 2, 4)
    found = experiment.activations({"photo": [0] * 90}, limit=1)
    assert np.array(found.activations).shape == (1, 6, 5)
    file = tmp_path / "cat.png"
    Image.fromarray(np.zeros((6, 5, 3), np.uint8)).save(file)
    assert experiment.activations(file, limit=1) == found
    for picture in (experiment.filters_png(limit=1), experiment.activations_png(file, "layers/0", limit=1)):
        assert Image.open(io.BytesIO(picture)).format == "PNG"
    with pytest.raises(BadRequest, match="does not take a picture alone: give a row with age, city"):
        client.experiments.get(churn).activations_png(file)


def test_files_are_saved(client: Client, churn: str, tmp_path: Path) -> None:
    experiment = client.experiments.get(churn)
    assert experiment.export("model.onnx", tmp_path) == tmp_path / "model.onnx"
    assert experiment.export("preprocessing.json", tmp_path / "p.json", epoch=1) == tmp_path / "p.json"
    assert json.loads((tmp_path / "p.json").read_text())["format"] == 1
    with pytest.raises(NotFound, match="no export"):
        experiment.export("model.pkl", tmp_path)


@pytest.fixture
def command(lab: Lab, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADUS_URL", lab.service.url)
    monkeypatch.setenv("GRADUS_KEY", key)


@pytest.mark.usefixtures("command")
def test_the_command_prints_answers_as_csv(
    churn: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = table(tmp_path / "rows.csv", 3)
    file.write_text(file.read_text().replace("note", "customer", 1))
    assert ran("predict", churn, str(file), "--no-probabilities") == 0
    printed = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [set(row) for row in printed] == [{"prediction", "notes"}] * 3
    assert ran("predict", churn, str(file), "--top", "1") == 0
    likeliest = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [set(row) for row in likeliest] == [{"prediction", "top_1", "top_1_probability", "notes"}] * 3
    assert [row["top_1"] for row in likeliest] == [row["prediction"] for row in printed]
    assert ran("predict", churn, str(file), "-o", str(tmp_path / "a.csv")) == 0
    assert len((tmp_path / "a.csv").read_text().splitlines()) == 4
    assert ran("predict", churn, str(tmp_path / "none.csv")) != 0
    assert ran("predict", churn, str(file), "--epoch", "77") != 0
    assert "available epochs" in capsys.readouterr().err
    file.write_text(file.read_text().replace("age", "agee", 1))
    assert ran("predict", churn, str(file)) != 0
    assert capsys.readouterr().err.splitlines() == [
        "error: 2 mistakes",
        "  line 1/age: the column 'age' is missing: 'agee' is none",
        "  line 1/agee: no column 'agee': did you mean 'age'?",
    ]


@pytest.mark.usefixtures("command")
def test_the_command_asks_about_pictures_and_saves_files(
    pictures: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "cat.png"
    Image.fromarray(np.zeros((6, 5, 3), np.uint8)).save(file)
    assert ran("predict", pictures, str(file)) == 0
    assert json.loads(capsys.readouterr().out)["data"][0]["prediction"] in ("cat", "dog")
    assert ran("export", pictures, "weights.safetensors", str(tmp_path)) == 0
    assert (tmp_path / "weights.safetensors").stat().st_size > 1000


@pytest.mark.usefixtures("command")
def test_the_commands_show_what_a_network_has_learned(
    churn: str, pictures: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = tmp_path / "row.yaml"
    row.write_text("".join(f"{json.dumps(name)}: {json.dumps(value)}\n" for name, value in ROWS[0].items()))
    assert ran("history", churn, str(row)) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["epoch", "answer", "no", "yes"]
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    row.write_text(json.dumps({"rows": ROWS}))
    assert ran("history", churn, str(row)) == 0
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()[1:3]] == [["1", "1"], ["1", "2"]]
    assert ran("history", churn, str(row), "--json") == 0
    assert [one["epoch"] for one in json.loads(capsys.readouterr().out)["epochs"]] == [1, 2, 3]
    row.write_text("[3]")
    assert ran("history", churn, str(row)) != 0
    assert "give a row as an object" in capsys.readouterr().err
    file = tmp_path / "cat.png"
    Image.fromarray(np.zeros((6, 5, 3), np.uint8)).save(file)
    monkeypatch.chdir(tmp_path)
    assert ran("filters", pictures, "-n", "2") == 0
    assert ran("activations", pictures, str(file), "--layer", "layers/0") == 0
    assert capsys.readouterr().out.split() == ["filters.png", "activations-layers-0.png"]
    for name in ("filters.png", "activations-layers-0.png"):
        assert Path(name).read_bytes().startswith(b"\x89PNG")
    assert ran("filters", churn) != 0
    assert "convolution" in capsys.readouterr().err
