"""Predictions of trained networks over HTTP."""

import base64
import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load

from gradus.wire.key import Role
from hub.tables import ExperimentRow
from tests.integration.api.service import assert_problem
from tests.integration.predictions.conftest import ROW, Lab


def ask(lab: Lab, experiment: str, **document: Any) -> Any:
    response = lab.client.post(f"/v1/experiments/{experiment}/predict", json=document)
    assert response.status_code == 200, response.text
    return response.json()


def refused(lab: Lab, experiment: str, status: int = 422, **document: Any) -> dict[str, Any]:
    return assert_problem(lab.client.post(f"/v1/experiments/{experiment}/predict", json=document), status)


def mistakes(problem: dict[str, Any]) -> dict[str, str]:
    return {one["path"]: one["message"] for one in problem["errors"]}


def test_a_row_gets_its_class_probabilities_and_notes(lab: Lab, churn: str) -> None:
    answer = ask(lab, churn, rows=[{**ROW, "city": "Genf", "age": 99}, ROW])
    assert (answer["experiment"], answer["checkpoint"][:7]) == (churn, "sha256:")
    first, second = answer["data"]
    assert first["prediction"] in ("no", "yes")
    assert list(first["probabilities"]) == ["no", "yes"]
    assert sum(first["probabilities"].values()) == pytest.approx(1, abs=1e-6)
    assert first["prediction"] == max(first["probabilities"], key=first["probabilities"].get)
    notes = {(note["column"], note["code"]): note["message"] for note in first["notes"]}
    assert notes == {
        ("city", "unseen_category"): "'Genf' was in no training row",
        ("age", "beyond_training"): "99 is above the largest, 56",
    }
    assert second["notes"] == []


def test_columns_and_data_are_the_shorter_form(lab: Lab, churn: str) -> None:
    rows = [ROW, {**ROW, "age": 30}]
    assert (
        ask(lab, churn, columns=list(ROW), data=[list(row.values()) for row in rows])["data"]
        == (ask(lab, churn, rows=rows)["data"])
    )


def test_every_epoch_that_is_kept_can_be_asked(lab: Lab, churn: str) -> None:
    answers = {epoch: ask(lab, churn, rows=[ROW], epoch=epoch) for epoch in (1, 2, 3, "last", "best")}
    assert answers["last"]["epoch"] == 3
    assert answers["last"]["data"] == answers[3]["data"]
    assert answers[1]["data"] != answers[3]["data"]
    best = lab.client.get(f"/v1/experiments/{churn}").json()["best"]["epoch"]
    assert answers["best"]["epoch"] == best
    assert answers["best"]["data"] == answers[best]["data"]
    problem = refused(lab, churn, 404, rows=[ROW], epoch=7)
    assert problem["code"] == "no_checkpoint"
    assert problem["detail"].endswith("has no checkpoint of epoch 7; available epochs: 1, 2, 3")


def test_the_top_probabilities_alone_or_none(lab: Lab, digits: str) -> None:
    row = {"pixels": [8.0] * 64}
    whole = ask(lab, digits, rows=[row])["data"][0]["probabilities"]
    assert list(whole) == list("0123456789")
    top = ask(lab, digits, rows=[row], top=2)["data"][0]["probabilities"]
    assert list(top.items()) == sorted(whole.items(), key=lambda pair: -pair[1])[:2]
    assert ask(lab, digits, rows=[row], probabilities=False)["data"][0]["probabilities"] is None


def test_several_targets_are_told_by_name_in_their_own_units(lab: Lab, spending: str) -> None:
    row = {**ROW, "customer": "c1"}
    del row["visits"]
    (answer,) = ask(lab, spending, rows=[row])["data"]
    assert set(answer["prediction"]) == {"spent", "visits"}
    assert answer["probabilities"] is None
    assert -500 < answer["prediction"]["spent"] < 700


def test_columns_that_the_network_does_not_see_may_stand_in_the_request(lab: Lab, churn: str) -> None:
    extra = {"exited": "no", "customer": "c7", "spent": 3}
    assert ask(lab, churn, rows=[{**ROW, **extra}])["data"] == ask(lab, churn, rows=[ROW])["data"]


def test_all_missing_columns_are_told_at_once_and_unknown_ones_with_the_nearest(lab: Lab, churn: str) -> None:
    row: dict[str, Any] = {"agee": 41, "member": True, "visits": 1, "zzz": 1, "balance": 3}
    problem = refused(lab, churn, rows=[row, row])
    assert mistakes(problem) == {
        "rows/0/age": "the column 'age' is missing: 'agee' is none",
        "rows/0/city": "the column 'city' is missing",
        "rows/0/since": "the column 'since' is missing",
        "rows/0/agee": "no column 'agee': did you mean 'age'?",
        "rows/0/zzz": "no column 'zzz'",
    }
    problem = refused(lab, churn, columns=["age"], data=[[1]])
    assert set(mistakes(problem)) == {f"columns/{name}" for name in ("city", "balance", "since", "member", "visits")}


def test_a_column_may_be_absent_if_that_is_said(lab: Lab, churn: str) -> None:
    answer = ask(lab, churn, rows=[{"age": 41}], absent="missing")
    explicit = ask(lab, churn, rows=[{**dict.fromkeys(ROW), "age": 41}])
    assert answer["data"] == explicit["data"]
    assert {(note["column"], note["code"]) for note in answer["data"][0]["notes"]} == {
        (name, "missing_where_none_was") for name in ("since", "member", "visits")
    }


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("age", "41", "must be a number, not the text '41'"),
        ("age", True, "must be a number, not a boolean"),
        ("age", 10**400, "is beyond the range of numbers"),
        ("age", [1], "must be a number, not a list"),
        ("city", 3, "must be a text in quotes, not a number"),
        ("city", "\ud800", "has half of a surrogate pair, which is not a character"),
        ("city", {}, "must be a text in quotes, not an object"),
        ("member", "yes", "must be true or false, not the text 'yes'"),
        ("since", "03/02/2020", "must be a date such as 2025-12-31"),
        ("since", "2020-02-30", "is not a date that exists"),
        ("since", 3, "must be a text in quotes, not a number"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_place(
    lab: Lab, churn: str, name: str, value: object, message: str
) -> None:
    rows = [ROW, ROW, ROW, {**ROW, name: value}]
    body = json.dumps({"rows": rows})
    headers = {"Content-Type": "application/json"}
    response = lab.client.post(f"/v1/experiments/{churn}/predict", content=body, headers=headers)
    assert mistakes(assert_problem(response, 422)) == {f"rows/3/{name}": message}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rows": [ROW], "columns": ["age"], "data": [[1]]},
        {"columns": ["age"]},
        {"rows": [ROW], "topp": 1},
        {"rows": [ROW], "top": 0},
        {"rows": [ROW], "epoch": "first"},
        {"rows": [3]},
        {"columns": ["age", "age"], "data": []},
        {"columns": list(ROW), "data": [[1]]},
        {"rows": {"age": 1}},
    ],
)
def test_a_document_that_is_no_question_is_refused(lab: Lab, churn: str, document: dict[str, Any]) -> None:
    assert refused(lab, churn, **document)["errors"]


def test_too_many_rows_and_too_large_bodies_are_refused(lab: Lab, churn: str) -> None:
    assert "10,001 rows" in refused(lab, churn, 413, rows=[ROW] * 10_001)["detail"]
    body = b"age\n" + b"1\n" * 10_001
    sent = lab.client.post(f"/v1/experiments/{churn}/predict", content=body, headers={"Content-Type": "text/csv"})
    assert sent.status_code in (413, 422)
    body = b" " * ((16 << 20) + 1)
    headers = {"Content-Type": "application/json"}
    sent = lab.client.post(f"/v1/experiments/{churn}/predict", content=body, headers=headers)
    assert "limit for predictions is 16,777,216 bytes" in assert_problem(sent, 413)["detail"]


def test_no_rows_have_no_answers(lab: Lab, churn: str) -> None:
    assert ask(lab, churn, rows=[])["data"] == []


def post_csv(lab: Lab, experiment: str, text: str, **query: Any) -> Any:
    return lab.client.post(
        f"/v1/experiments/{experiment}/predict", params=query, content=text, headers={"Content-Type": "text/csv"}
    )


def test_csv_is_answered_in_csv_in_the_same_order(lab: Lab, churn: str) -> None:
    rows = [{**ROW, "age": 20 + i, "city": '"quoted, Chur"' if i % 7 == 0 else "Chur"} for i in range(2500)]
    lines = ["exited,age,city,balance,since,member,visits"]
    lines += [f"no,{row['age']},{row['city']},,2020-02-03,true,3.5" for row in rows]
    response = post_csv(lab, churn, "\n".join(lines))
    assert response.status_code == 200, response.text
    found = list(csv.DictReader(io.StringIO(response.text)))
    wanted = ask(lab, churn, rows=[{**row, "city": str(row["city"]).strip('"')} for row in rows])["data"]
    assert [row["prediction"] for row in found] == [row["prediction"] for row in wanted]
    for one, other in zip(found, wanted, strict=True):
        assert float(one["probability_no"]) == other["probabilities"]["no"]
    assert found[0]["notes"].endswith("city: unseen_category")


@pytest.mark.parametrize("top", [1, 2, 3])
def test_csv_has_the_top_probabilities_as_json_has_them(lab: Lab, churn: str, top: int) -> None:
    row = {**ROW, "balance": 3.5}
    text = "\n".join([",".join(row), ",".join(map(str, row.values()))])
    (line,) = csv.DictReader(io.StringIO(post_csv(lab, churn, text, top=top).text))
    (wanted,) = ask(lab, churn, rows=[row], top=top)["data"]
    ranks = [f"top_{i + 1}" for i in range(min(2, top))]
    assert [*line] == ["prediction", *ranks, *(f"{rank}_probability" for rank in ranks), "notes"]
    found = {line[rank]: float(line[f"{rank}_probability"]) for rank in ranks}
    assert list(found.items()) == list(wanted["probabilities"].items())
    assert line["top_1"] == line["prediction"]


def test_csv_for_spreadsheets_has_the_same_answers(lab: Lab, churn: str) -> None:
    lines = "\n".join([",".join(ROW), ",".join("" if cell is None else str(cell) for cell in ROW.values())])
    plain, guarded = (post_csv(lab, churn, lines, spreadsheet=wish).text for wish in ("false", "true"))
    assert guarded == plain  # no class begins like a formula


def test_mistakes_in_csv_are_told_by_line(lab: Lab, churn: str) -> None:
    head = "age,city,balance,since,member,visits\n"
    good = "41,Chur,,2020-02-03,true,1\n"
    problem = assert_problem(post_csv(lab, churn, head + good * 2 + "x,Chur,1,2020-02-31,maybe,1\n"), 422)
    assert mistakes(problem) == {
        "line 4/age": "must be a number, not the text 'x'",
        "line 4/since": "is not a date that exists",
        "line 4/member": "must be true or false, not the text 'maybe'",
    }
    problem = assert_problem(post_csv(lab, churn, "agee,city\n"), 422)
    assert "line 1/agee" in mistakes(problem)
    ragged = assert_problem(post_csv(lab, churn, head + good + "1,2\n"), 400)["detail"]
    assert "line 3" in ragged
    assert ragged.endswith("; options are in `parse` of POST /v1/experiments/{id}/predictions")
    assert assert_problem(post_csv(lab, churn, ""), 422)
    assert post_csv(lab, churn, head).text == "prediction,probability_no,probability_yes,notes\r\n"


LINES = [{**ROW, "age": 20 + i, "balance": i / 7, "city": ["Chur", None][i % 2]} for i in range(5)]


def delimited(mark: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows([LINES[0], *(row.values() for row in LINES)])
    return text.getvalue().encode()


def json_lines() -> bytes:
    return "\n".join(["", *map(json.dumps, LINES), ""]).encode()


@pytest.mark.parametrize(
    ("media_type", "content", "own"),
    [
        ("text/csv", delimited(","), "text/csv"),
        ("Text/CSV; charset=utf-8", gzip.compress(delimited(",")), "text/csv"),
        ("application/gzip", gzip.compress(delimited(",")), "text/csv"),
        ("text/tab-separated-values", delimited("\t"), "text/csv"),
        ("application/x-ndjson", json_lines(), "application/json"),
        ("application/jsonl", b"\xef\xbb\xbf" + json_lines(), "application/json"),
        ("application/x-gzip", gzip.compress(json_lines()), "application/json"),
    ],
    ids=["CSV", "compressed CSV", "gzip", "TSV", "JSON lines", "JSON lines with a mark", "gzip of JSON lines"],
)
def test_a_table_of_text_is_answered_in_the_form_that_is_asked_for(
    lab: Lab, churn: str, media_type: str, content: bytes, own: str
) -> None:
    expected = ask(lab, churn, rows=LINES)["data"]
    path = f"/v1/experiments/{churn}/predict"
    for accept in ("*/*", "text/csv", "application/json"):
        found = lab.client.post(path, content=content, headers={"Content-Type": media_type, "Accept": accept})
        assert found.status_code == 200, found.text
        form = own if accept == "*/*" else accept
        assert found.headers["content-type"].partition(";")[0] == form
        if form == "application/json":
            assert found.json()["data"] == expected
        else:
            lines = csv.DictReader(io.StringIO(found.text))
            assert [float(line["probability_no"]) for line in lines] == [one["probabilities"]["no"] for one in expected]


def test_a_table_has_its_options_in_the_url_and_needs_a_form_that_there_is(lab: Lab, churn: str) -> None:
    path, headers = f"/v1/experiments/{churn}/predict", {"Content-Type": "application/x-ndjson"}
    found = lab.client.post(path, params={"top": 1, "epoch": 1}, content=json_lines(), headers=headers).json()
    assert (found["epoch"], len(found["data"][0]["probabilities"])) == (1, 1)
    refusal = lab.client.post(path, content=json_lines(), headers={**headers, "Accept": "text/html"})
    assert "application/json or text/csv" in assert_problem(refusal, 406)["detail"]


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        (b'{"age": 41, "cty": "Chur"}', 422, "line 2/city: the column 'city' is missing: 'cty' is none (and 5 more"),
        (json.dumps({**ROW, "age": "old"}).encode(), 422, "line 2/age: must be a number, not the text 'old'"),
        (b"[41]", 422, "line 2: must be an object"),
        (b'{"age": 41', 400, "line 2 is not JSON: Expecting ',' delimiter in column 11"),
        (b'{"age": 41, "age": 42}', 400, "line 2 has the key 'age' twice"),
        (b"\xff", 400, "line 2 is not UTF-8"),
    ],
    ids=["names", "a value", "a list", "no JSON", "a key twice", "no UTF-8"],
)
def test_mistakes_in_json_lines_are_told_by_line(lab: Lab, churn: str, line: bytes, status: int, said: str) -> None:
    content = json.dumps(ROW).encode() + b"\n" + line
    headers = {"Content-Type": "application/x-ndjson"}
    sent = lab.client.post(f"/v1/experiments/{churn}/predict", content=content, headers=headers)
    assert said in assert_problem(sent, status)["detail"]


def png(pixels: Any) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "PNG")
    return target.getvalue()


def test_a_picture_is_asked_about_as_a_file_in_base64_or_as_pixels(lab: Lab, pictures: str) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (6, 5, 3), dtype=np.uint8)
    path = f"/v1/experiments/{pictures}/predict"
    sent = lab.client.post(path, content=png(pixels), headers={"Content-Type": "image/png"})
    assert sent.status_code == 200, sent.text
    encoded = base64.b64encode(png(pixels)).decode()
    rows = [{"photo": encoded}, {"photo": f"data:image/png;base64,{encoded}"}, {"photo": pixels.tolist()}]
    answers = [one["probabilities"] for one in ask(lab, pictures, rows=rows)["data"]]
    assert [sent.json()["data"][0]["probabilities"]] * 3 == answers
    broken = lab.client.post(path, content=png(pixels)[:60], headers={"Content-Type": "image/png"})
    assert "broken picture" in assert_problem(broken, 422)["detail"]
    wrong = [{"photo": "x"}, {"photo": [[1]]}, {"photo": pixels.astype(float).tolist()[:5]}, {"photo": None}]
    assert set(mistakes(refused(lab, pictures, rows=wrong))) == {f"rows/{i}/photo" for i in range(4)}


def test_a_table_does_not_take_a_picture(lab: Lab, churn: str) -> None:
    path = f"/v1/experiments/{churn}/predict"
    sent = lab.client.post(path, content=png(np.zeros((2, 2), np.uint8)), headers={"Content-Type": "image/png"})
    assert "age, city" in assert_problem(sent, 415)["detail"]
    sent = lab.client.post(path, content=b"x", headers={"Content-Type": "text/plain"})
    assert "application/json, text/csv" in assert_problem(sent, 415)["detail"]
    for media_type, content in (("application/vnd.apache.parquet", b"PAR1"), ("text/csv", b"PAR1")):
        sent = lab.client.post(path, content=content, headers={"Content-Type": media_type})
        assert "upload the file" in assert_problem(sent, 415)["detail"]


def test_an_experiment_without_checkpoint_cannot_be_asked(lab: Lab) -> None:
    made = lab.client.post("/v1/experiments", json={"dataset": "digits", "layers": []}).json()["id"]
    assert "no checkpoint yet" in refused(lab, made, 404, rows=[])["detail"]
    lab.client.post(f"/v1/experiments/{made}/cancel")


def test_viewers_may_ask_and_other_workspaces_see_nothing(lab: Lab, churn: str, digits: str) -> None:
    workspace = "elsewhere"
    with lab.client_of(workspace, Role.VIEWER) as stranger:
        for path in (f"{churn}/predict", f"{digits}/predict"):
            assert_problem(stranger.post(f"/v1/experiments/{path}", json={"rows": []}), 404)
        for file in ("model.onnx", "weights.safetensors"):
            assert_problem(stranger.get(f"/v1/experiments/{churn}/export/{file}"), 404)
    own = lab.client.get("/v1/keys")
    assert own.status_code == 403  # the lab's key is an editor's


def test_the_file_that_is_downloaded_answers_as_the_service(lab: Lab, churn: str, tmp_path: Path) -> None:
    response = lab.client.get(f"/v1/experiments/{churn}/export/model.onnx", params={"epoch": 2})
    assert response.status_code == 200, response.text
    assert "model.onnx" in response.headers["content-disposition"]
    file = tmp_path / "model.onnx"
    file.write_bytes(response.content)
    import onnxruntime  # noqa: PLC0415 (it starts a thread: test processes are forked)

    session = onnxruntime.InferenceSession(str(file))
    said = session.get_modelmeta().custom_metadata_map
    assert (said["experiment"], said["epoch"]) == (churn, "2")
    day = np.datetime64("2020-02-03").astype("datetime64[D]").astype(np.int64)
    feeds = {
        "age": np.array([[41.0]]),
        "city": np.array([["Chur"]], dtype=object),
        "balance": np.array([[np.nan]]),
        "since": np.array([[day]]),
        "member": np.array([[1.0]]),
        "visits": np.array([[3.5]]),
    }
    prediction, probabilities = session.run(["prediction", "probabilities"], feeds)
    (answer,) = ask(lab, churn, rows=[ROW], epoch=2)["data"]
    assert prediction.tolist() == [[answer["prediction"]]]
    assert probabilities[0].tolist() == list(answer["probabilities"].values())


def test_weights_and_preprocessing_can_be_had(lab: Lab, churn: str, spending: str) -> None:
    weights = load(lab.client.get(f"/v1/experiments/{churn}/export/weights.safetensors").content)
    assert weights["output.weight"].shape == (8, 2)
    assert weights["layers/0.running_mean"].shape == (8,)
    assert load(lab.client.get(f"/v1/experiments/{spending}/export/weights.safetensors").content)[
        "target.mean"
    ].shape == (2,)
    document = lab.client.get(f"/v1/experiments/{churn}/export/preprocessing.json").json()
    assert [column["column"] for column in document["columns"]] == list(ROW)


@pytest.mark.parametrize("file", ["model.onnx", "weights.safetensors", "preprocessing.json"])
def test_a_file_of_weights_has_the_tag_of_its_checkpoint(lab: Lab, churn: str, file: str) -> None:
    path = f"/v1/experiments/{churn}/export/{file}"
    tag = lab.client.get(path).headers["etag"]
    asked = lab.client.post(f"/v1/experiments/{churn}/predict", json={"rows": [ROW]}).json()
    assert tag.startswith(f'"{asked["checkpoint"]}')
    lab.client.patch(f"/v1/experiments/{churn}", json={"name": f"another name than in {file}"})
    again = lab.client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert_problem(lab.client.get(f"/v1/experiments/{churn}/export/model.pkl"), 404)


@pytest.mark.parametrize(("file", "word"), [("card.md", "notes"), ("card.md", "name")])
def test_a_file_is_sent_again_once_it_tells_something_else(lab: Lab, churn: str, file: str, word: str) -> None:
    path = f"/v1/experiments/{churn}/export/{file}"
    tag = lab.client.get(path).headers["etag"]
    lab.client.patch(f"/v1/experiments/{churn}", json={word: f"another {word} for {file}"})
    again = lab.client.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert f"another {word} for {file}".encode() in again.content
    assert again.headers["etag"] != tag


def test_run_py_is_sent_again_once_the_run_has_moved(lab: Lab, churn: str) -> None:
    path = f"/v1/experiments/{churn}/export/run.py"
    tag = lab.client.get(path).headers["etag"]
    assert tag.startswith('"sha256:')
    for moved in ('["cpu:1 (another)"]', "[]"):
        with lab.hub.write() as session:
            session.get_one(ExperimentRow, churn).moved_from = moved
        assert (lab.client.get(path).headers["etag"] == tag) == (moved == "[]")
