"""The content of a data set: typed rows, statistics, findings, the uploaded files, and the table as Parquet."""

import csv
import io
from pathlib import Path
from urllib.parse import unquote

import httpx
import numpy as np
import pytest
from PIL import Image

from api.services import dataset_downloads
from gradus.wire.finding import Evidence, Finding
from gradus.wire.statistics import NamedStatistics, Statistics
from hub.artifacts.manifest import MANIFEST
from hub.datasets import stored_tables
from tests.duck import cursor
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import CSV, read_table

FORMULA = "=cmd|' /C calc'!A0"
pytestmark = pytest.mark.parametrize("module_hub", ["sqlite"], indirect=True)
LEAK = Finding(
    id="data_leak",
    severity="critical",
    column="age",
    evidence=(Evidence(statistic="auc", value=0.99, rows=(2, 0)),),
    because="it tells the target",
)

COLUMNS: dict[str, list[object]] = {
    "age": [41, None, 2**60],
    "x": [0.1, 2.5, None],
    "<b>\"é'": ["a,b", FORMULA, None],
    "yes": [True, False, None],
}


def ready(tenant: Tenant, name: str = "churn") -> str:
    """A data set with one column of each kind, which has been read."""
    made = tenant.client.post("/v1/datasets", params={"name": name}, content=CSV, headers={"Content-Type": "text/csv"})
    statistics = Statistics(rows=3, columns=(NamedStatistics(rows=3, missing=1, name="age", type="integer", min=41.0),))
    read_table(tenant.hub, made.json()["id"], COLUMNS, statistics, (LEAK,))
    return str(made.json()["id"])


def test_rows_have_types_and_come_page_by_page(tenant: Tenant) -> None:
    ready(tenant)
    page = tenant.client.get("/v1/datasets/churn/rows").json()
    assert page["data"] == [
        {"age": 41, "x": 0.1, "<b>\"é'": "a,b", "yes": True},
        {"age": None, "x": 2.5, "<b>\"é'": FORMULA, "yes": False},
        {"age": 2**60, "x": None, "<b>\"é'": None, "yes": None},
    ]
    assert (page["total"], page["index"], page["columns"]) == (3, [0, 1, 2], ["age", "x", "<b>\"é'", "yes"])
    page = tenant.client.get("/v1/datasets/churn/rows?offset=1&limit=1&column=yes&column=age").json()
    assert (page["data"], page["index"], page["columns"]) == ([{"yes": False, "age": None}], [1], ["yes", "age"])
    assert tenant.client.get("/v1/datasets/churn/rows?offset=7").json()["data"] == []
    assert (
        "did you mean 'age'?" in assert_problem(tenant.client.get("/v1/datasets/churn/rows?column=aeg"), 400)["detail"]
    )


@pytest.mark.parametrize("accept", ["application/json", "text/csv"])
def test_rows_that_one_answer_has_no_room_for_are_refused_before_they_are_read(tenant: Tenant, accept: str) -> None:
    made = tenant.client.post("/v1/datasets?name=long", content=CSV, headers={"Content-Type": "text/csv"})
    text = ["ä" * (500 << 10)] * 40  # 1 000 KiB each
    read_table(tenant.hub, made.json()["id"], {"text": text, "n": list(range(40))})

    def get(query: str) -> httpx.Response:
        return tenant.client.get(f"/v1/datasets/long/rows?{query}", headers={"Accept": accept})

    for query in ("limit=40", "offset=3&limit=17", f"limit=40&{'&'.join(f'row={i}' for i in range(0, 40, 2))}"):
        problem = assert_problem(get(query), 413)
        assert problem["code"] == "rows_too_large"
        assert "rows with 2 columns have more than 16 MiB, the limit of one answer" in problem["detail"]
        fewer = problem["detail"].partition("limit=")[2].partition(",")[0]
        assert get(f"limit={fewer}").status_code == 200
    assert get("limit=40&column=n").status_code == 200
    assert get("offset=3&limit=15").status_code == 200


def test_rows_as_csv_are_exact_unless_a_spreadsheet_opens_them(tenant: Tenant) -> None:
    ready(tenant)

    def cells(query: str) -> list[list[str]]:
        answer = tenant.client.get(f"/v1/datasets/churn/rows?column=<b>\"é'{query}", headers={"Accept": "text/csv"})
        assert answer.headers["content-type"].startswith("text/csv")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''churn.csv"
        return list(csv.reader(io.StringIO(answer.text)))

    assert cells("") == [["<b>\"é'"], ["a,b"], [FORMULA], [""]]
    assert cells("&spreadsheet=true")[2] == ["'" + FORMULA]


def test_findings_come_with_their_rows(tenant: Tenant) -> None:
    ready(tenant)
    (finding,) = tenant.client.get("/v1/datasets/churn/findings").json()["data"]
    assert (finding["id"], finding["column"], finding["evidence"][0]["rows"]) == ("data_leak", "age", [2, 0])
    page = tenant.client.get("/v1/datasets/churn/rows?finding=data_leak&column=age").json()
    assert (page["data"], page["index"], page["total"]) == ([{"age": 41}, {"age": 2**60}], [0, 2], 2)
    assert_problem(tenant.client.get("/v1/datasets/churn/rows?finding=data_none"), 404)
    about = tenant.client.get("/v1/datasets/churn/rows?finding=data_leak&finding_column=age").json()
    assert (about["index"], about["columns"]) == ([0, 2], ["age", "x", "<b>\"é'", "yes"])
    assert_problem(tenant.client.get("/v1/datasets/churn/rows?finding=data_leak&finding_column=x"), 404)
    assert_problem(tenant.client.get("/v1/datasets/churn/rows?finding_column=age"), 400)


def test_some_rows_are_asked_for_by_their_positions(tenant: Tenant) -> None:
    ready(tenant)
    page = tenant.client.get("/v1/datasets/churn/rows?row=2&row=0&row=2&row=99&column=yes").json()
    assert (page["index"], page["total"], page["data"]) == ([0, 2], 2, [{"yes": True}, {"yes": None}])
    assert tenant.client.get("/v1/datasets/churn/rows?row=0&row=2&offset=1&limit=1").json()["index"] == [2]
    assert_problem(tenant.client.get("/v1/datasets/churn/rows?row=0&finding=data_leak"), 400)
    assert_problem(tenant.client.get("/v1/datasets/churn/rows?row=-1"), 400)


def test_statistics_are_of_all_columns_or_of_one(tenant: Tenant) -> None:
    ready(tenant)
    for query in ("", "?column=age"):
        found = tenant.client.get(f"/v1/datasets/churn/statistics{query}").json()
        assert [(one["name"], one["min"]) for one in found["columns"]] == [("age", 41.0)]
    assert_problem(tenant.client.get("/v1/datasets/churn/statistics?column=x"), 400)


def test_the_file_comes_back_as_it_was_sent_and_the_table_with_its_names(tenant: Tenant, tmp_path: Path) -> None:
    dataset = ready(tenant, "a b's é")
    content = tenant.client.get(f"/v1/datasets/{dataset}/content")
    assert content.content == CSV
    assert unquote(content.headers["content-disposition"]) == "attachment; filename*=UTF-8''a b's é.csv"
    assert content.headers["content-type"] == "application/octet-stream"
    assert_problem(tenant.client.get(f"/v1/datasets/{dataset}/content?file=2"), 404)
    path = tmp_path / "t.parquet"
    path.write_bytes(tenant.client.get(f"/v1/datasets/{dataset}/content.parquet").content)
    with cursor() as connection:
        read = connection.execute("SELECT * FROM read_parquet($path)", {"path": str(path)})
        assert [column[0] for column in read.description or ()] == ["age", "x", "<b>\"é'", "yes"]
        assert read.fetchall()[0] == (41, 0.1, "a,b", True)
    assert list((tenant.hub.settings.data_dir / "incoming").iterdir()) == []


def test_a_table_that_nobody_fetches_leaves_no_copy(tenant: Tenant) -> None:
    ready(tenant)
    name, pieces = dataset_downloads.parquet(tenant.hub, tenant.workspace_id, "churn", None)
    assert name == "churn"
    assert list((tenant.hub.settings.data_dir / "incoming").iterdir()) == []
    assert b"".join(pieces)[:4] == b"PAR1"


def test_metadata_name_the_files_and_columns(tenant: Tenant) -> None:
    dataset = ready(tenant)
    found = tenant.client.get(f"/v1/datasets/{dataset}/croissant.json").json()
    assert found["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert [one["name"] for one in found["distribution"]] == ["churn.csv", "table.parquet"]
    assert [field["dataType"] for field in found["recordSet"][0]["field"]][:2] == ["sc:Integer", "sc:Float"]
    assert tenant.client.get(found["distribution"][0]["contentUrl"]).content == CSV


@pytest.mark.parametrize("path", ["rows", "statistics", "findings", "content.parquet", "content.npz", "croissant.json"])
def test_what_has_not_been_read_says_so_and_nobody_else_sees_it(tenant: Tenant, other: Tenant, path: str) -> None:
    made = tenant.client.post("/v1/datasets?name=new", content=CSV).json()
    problem = assert_problem(tenant.client.get(f"/v1/datasets/new/{path}"), 409)
    assert (problem["code"], "waits to be read" in problem["detail"]) == ("dataset_not_ready", True)
    dataset = ready(tenant)
    assert tenant.client.get(f"/v1/datasets/{dataset}/{path}").status_code == 200
    for key in (dataset, made["id"], "churn"):
        assert_problem(other.client.get(f"/v1/datasets/{key}/{path}"), 404)
    assert_problem(other.client.get(f"/v1/datasets/{dataset}/content"), 404)
    assert_problem(tenant.client.get(f"/v1/datasets/digits/{path}"), 404)


def test_a_stored_table_is_found_by_its_digest_in_its_workspace_alone(tenant: Tenant, other: Tenant) -> None:
    digest = tenant.client.get(f"/v1/datasets/{ready(tenant)}").json()["digest"]
    with tenant.hub.read() as session:
        table = stored_tables.with_digest(session, tenant.workspace_id, digest)
        assert stored_tables.with_digest(session, other.workspace_id, digest) is None
    assert table is not None
    with tenant.hub.local_copies.opened(table.key, table.digest) as folder:
        assert {path.name for path in folder.iterdir()} == {"facts.json", "table.parquet", MANIFEST}


def test_pictures_are_encoded_anew_one_by_one_or_on_a_sheet(tenant: Tenant) -> None:
    pixels = np.arange(4 * 6 * 5 * 1, dtype=np.uint8).reshape(4, 6, 5, 1)
    made = tenant.client.post("/v1/datasets?name=digits2&target=label", content=CSV).json()
    read_table(tenant.hub, made["id"], {"picture": pixels, "label": ["a", "b", "a", "b"]})
    one = tenant.client.get("/v1/datasets/digits2/rows/2/image")
    assert one.headers["content-type"] == "image/png"
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(one.content))), pixels[2, :, :, 0])
    sheet = tenant.client.get("/v1/datasets/digits2/images?class=b")
    shown = np.asarray(Image.open(io.BytesIO(sheet.content)))
    assert np.array_equal(shown[:, :5, 0], pixels[1, :, :, 0])
    assert np.array_equal(shown[:, 7:, 0], pixels[3, :, :, 0])
    small = tenant.client.get("/v1/datasets/digits2/images?class=b&side=8&n=1")
    assert Image.open(io.BytesIO(small.content)).size == (5, 6)
    typo = tenant.client.get("/v1/datasets/digits2/images?class=bb")
    assert "has no class 'bb'" in assert_problem(typo, 400)["detail"]
    assert_problem(tenant.client.get("/v1/datasets/digits2/rows/4/image"), 404)
    assert (
        "known parameters: version, class, n, side"
        in assert_problem(tenant.client.get("/v1/datasets/digits2/images?zzz=1"), 400)["detail"]
    )
    assert tenant.client.get("/v1/datasets/digits2/rows").json()["data"][0]["picture"] == "image of 6 × 5 × 1"
