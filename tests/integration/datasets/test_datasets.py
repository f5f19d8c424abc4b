"""Data sets: created from a body or from uploads, listed, changed, deleted; each workspace sees its own."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from gradus.datasets import DATASETS
from hub.hub import Hub
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant

CSV = b"age,exited\n41,yes\n38,no\n"


def post(
    client: httpx.Client, name: str = "churn", content: bytes = CSV, headers: dict[str, str] | None = None
) -> httpx.Response:
    given = {"Content-Type": "text/csv"} | (headers or {})
    return client.post("/v1/datasets", params={"name": name}, content=content, headers=given)


def names(client: httpx.Client, **query: Any) -> list[str]:
    return [one["name"] for one in client.get("/v1/datasets", params=query).json()["data"]]


def test_a_file_as_the_body_becomes_a_data_set_that_is_read(tenant: Tenant) -> None:
    made = tenant.client.post(
        "/v1/datasets?name=churn&target=exited", content=CSV, headers={"Content-Type": "text/csv"}
    )
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/datasets/{made.json()['id']}"
    assert made.json() == tenant.client.get("/v1/datasets/churn").json()
    assert {key: made.json()[key] for key in ("status", "target", "version", "last_event", "built_in")} == {
        "status": "reading",
        "target": "exited",
        "version": None,
        "last_event": 1,
        "built_in": False,
    }
    version = tenant.client.get("/v1/datasets/churn/versions/1").json()
    assert version["parse"] == {"kind": "csv"}
    assert [(one["name"], one["size"]) for one in version["sources"]] == [("churn.csv", len(CSV))]


def test_curl_sends_a_file_by_its_own_habits(tenant: Tenant, tmp_path: Path) -> None:
    (tmp_path / "churn.csv").write_bytes(CSV * 100_000)
    url = f"{tenant.client.base_url}/v1/datasets?name=churn"
    key = f"Authorization: {tenant.client.headers['authorization']}"
    command = ["curl", "-sS", "-w", "%{http_code}", "-o", "answer", "-H", key, "-T", "churn.csv"]
    done = subprocess.run([*command, url], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("201", ""), (tmp_path / "answer").read_text()
    assert tenant.client.get("/v1/datasets/churn/versions/1").json()["sources"][0]["size"] == len(CSV) * 100_000
    posted = [*command, "-X", "POST", url.replace("churn", "again")]
    assert subprocess.run(posted, cwd=tmp_path, capture_output=True, text=True, check=True).stdout == "201"


def test_a_chunked_body_needs_no_length_and_the_limit_holds_for_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces = [CSV] * 5
    assert tenant.client.post("/v1/datasets?name=a", content=iter(pieces)).status_code == 201
    monkeypatch.setattr("api.routes.dataset_creation.FILE_BYTES", 100)
    for content in (iter(pieces), CSV * 5):
        refused = tenant.client.post("/v1/datasets?name=b", content=content)
        assert "is 100 bytes" in assert_problem(refused, 413)["detail"]
    assert names(tenant.client)[0] == "a"


@pytest.mark.parametrize(
    ("media_type", "content", "code", "words"),
    [
        ("text/csv", b"PK\x03\x04rest", "not_a_table", "begins like a ZIP file"),
        ("text/csv", b"\n<!DOCTYPE html><p>404", "not_a_table", "begins like an HTML page"),
        ("", b"version https://git-lfs.github.com/spec/v1\noid", "not_a_table", "git lfs pull"),
        ("application/x-www-form-urlencoded", CSV, "unsupported_media_type", "with curl, use -T"),
        ("image/svg+xml", b"<svg/>", "unsupported_media_type", "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(tenant: Tenant, media_type: str, content: bytes, code: str, words: str) -> None:
    headers = {"Content-Type": media_type}
    answer = tenant.client.post("/v1/datasets?name=churn", content=content, headers=headers)
    refused = assert_problem(answer, 415)
    assert refused["code"] == code
    assert words in refused["detail"]
    assert len(names(tenant.client)) == len(DATASETS)


def test_a_repeat_under_one_key_gets_the_first_answer(tenant: Tenant) -> None:
    first, again = (post(tenant.client, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    other_file = post(tenant.client, content=CSV + b"1,no\n", headers={"Idempotency-Key": "k"})
    assert assert_problem(other_file, 409)["code"] == "idempotency_conflict"
    assert names(tenant.client).count("churn") == 1


def test_a_name_is_taken_once_in_a_workspace(tenant: Tenant, other: Tenant) -> None:
    assert post(tenant.client).status_code == 201
    for name in ("churn", "mnist"):
        assert assert_problem(post(tenant.client, name), 409)["code"] == "name_taken"
    assert post(other.client).status_code == 201
    post(tenant.client, "second")
    renamed = tenant.client.patch("/v1/datasets/second", json={"name": "churn"})
    assert assert_problem(renamed, 409)["code"] == "name_taken"


@pytest.mark.parametrize("name", ["a/b", " a", "dst_x", "a\x00b", "a\nb", ".", "x" * 101])
def test_a_name_is_a_part_of_urls(tenant: Tenant, name: str) -> None:
    assert_problem(post(tenant.client, name), 400)
    upload = {"upload": "upl_" + "0" * 26}
    assert_problem(tenant.client.post("/v1/datasets", json={"name": name, "files": [upload]}), 422)


def test_a_name_with_markup_comes_back_as_it_is_and_never_as_a_page(tenant: Tenant) -> None:
    name = "<script>alert(1)<"
    assert post(tenant.client, name).json()["name"] == name
    found = tenant.client.get("/v1/datasets", params={"q": "<SCRIPT>"})
    assert [one["name"] for one in found.json()["data"]] == [name]
    assert found.headers["content-type"] == "application/json"
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_list_has_the_newest_first_and_built_in_ones_last_page_by_page(tenant: Tenant) -> None:
    for name in ("a", "b", "c"):
        post(tenant.client, name)
    tenant.client.patch("/v1/datasets/b", json={"tags": ["keep", 'odd "tag" %_']})
    assert names(tenant.client) == ["c", "b", "a", *DATASETS]
    paged: list[str] = []
    cursor = None
    while cursor is not None or not paged:
        page = tenant.client.get("/v1/datasets", params={"limit": 4} | ({"cursor": cursor} if cursor else {})).json()
        paged += [one["name"] for one in page["data"]]
        cursor = page["next_cursor"]
    assert paged == ["c", "b", "a", *DATASETS]
    assert names(tenant.client, tag="keep") == names(tenant.client, tag='odd "tag" %_') == ["b"]
    assert names(tenant.client, tag="%") == names(tenant.client, tag="kee") == []
    assert names(tenant.client, status="ready") == [*DATASETS]
    assert names(tenant.client, q="MNIST") == ["mnist", "fashion_mnist"]


def test_changes_are_events_too(tenant: Tenant) -> None:
    post(tenant.client)
    changed = tenant.client.patch("/v1/datasets/churn", json={"name": "new", "target": ["a", "b"], "notes": "n"}).json()
    assert (changed["name"], changed["target"], changed["notes"]) == ("new", ["a", "b"], "n")
    assert changed["last_event"] == 2
    assert tenant.client.patch("/v1/datasets/new", json={"target": None}).json()["target"] is None
    assert_problem(tenant.client.patch("/v1/datasets/new", json={"name": None}), 422)
    assert "built in" in assert_problem(tenant.client.patch("/v1/datasets/mnist", json={"notes": "x"}), 403)["detail"]
    assert_problem(tenant.client.delete("/v1/datasets/mnist"), 403)


def test_a_version_reads_the_same_files_otherwise_or_others(tenant: Tenant) -> None:
    post(tenant.client)
    again = tenant.client.post("/v1/datasets/churn/versions", json={"parse": {"kind": "csv", "ragged": "pad"}})
    assert again.status_code == 201, again.text
    assert (again.json()["number"], again.json()["parse"]) == (2, {"kind": "csv", "ragged": "pad"})
    first = tenant.client.get("/v1/datasets/churn/versions/1").json()
    assert again.json()["sources"] == first["sources"]
    body = tenant.client.post("/v1/datasets/churn/versions?file=may.csv", content=CSV + b"1,no\n")
    assert (body.json()["number"], body.json()["sources"][0]["name"]) == (3, "may.csv")
    wrong = tenant.client.post("/v1/datasets/churn/versions", json={"parse": {"kind": "csv", "ragget": 1}})
    assert assert_problem(wrong, 422)["errors"][0]["path"] == "parse/ragget"
    assert [one["number"] for one in tenant.client.get("/v1/datasets/churn").json()["versions"]] == [3, 2, 1]


def test_a_version_is_added_once_under_one_key(tenant: Tenant) -> None:
    post(tenant.client)
    path, ragged = "/v1/datasets/churn/versions", {"parse": {"kind": "csv", "ragged": "pad"}}
    for number, sent in ((2, {"json": ragged}), (3, {"content": CSV + b"1,no\n"})):
        headers = {"Idempotency-Key": f"key-{number}"}
        first, again = (tenant.client.post(path, headers=headers, **sent) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201), first.text
        assert first.json() == again.json()
        assert first.json()["number"] == number
        assert again.headers["location"] == first.headers["location"]
        assert (again.headers["idempotency-replayed"], "idempotency-replayed" in first.headers) == ("true", False)
        other = tenant.client.post(path, headers=headers, json={"parse": {"kind": "csv"}})
        assert assert_problem(other, 409)["code"] == "idempotency_conflict"
    assert tenant.client.get("/v1/datasets/churn").json()["versions"][0]["number"] == 3


def test_an_upload_is_begun_once_under_one_key(tenant: Tenant) -> None:
    headers = {"Idempotency-Key": "monday"}
    first, again = (tenant.client.post("/v1/uploads", json={"size": 10}, headers=headers) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotency-replayed"] == "true"
    other = tenant.client.post("/v1/uploads", json={"size": 11}, headers=headers)
    assert assert_problem(other, 409)["code"] == "idempotency_conflict"
    assert tenant.client.delete(f"/v1/uploads/{first.json()['id']}").status_code == 204
    assert tenant.client.post("/v1/uploads", json={"size": 11}, headers=headers).status_code == 201


def test_a_deleted_data_set_takes_its_uploads_with_it(tenant: Tenant) -> None:
    upload = post(tenant.client).json()["id"] and tenant.client.get("/v1/datasets/churn/versions/1").json()["sources"]
    assert tenant.client.delete("/v1/datasets/churn").status_code == 204
    assert_problem(tenant.client.get("/v1/datasets/churn"), 404)
    assert_problem(tenant.client.get(f"/v1/uploads/{upload[0]['upload']}"), 404)
    assert post(tenant.client).status_code == 201


def test_nothing_tells_a_data_set_of_another_workspace_from_none(tenant: Tenant, other: Tenant) -> None:
    one = post(tenant.client).json()
    for key in (one["id"], "churn"):
        for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/versions/1")):
            assert_problem(other.client.request(method, f"/v1/datasets/{key}{path}"), 404)
    assert_problem(other.client.patch(f"/v1/datasets/{one['id']}", json={"notes": "x"}), 404)
    assert_problem(other.client.post(f"/v1/datasets/{one['id']}/versions", json={}), 404)
    theirs = one["id"][:-1] + ("x" if one["id"][-1] != "x" else "y")
    message = assert_problem(other.client.get(f"/v1/datasets/{theirs}"), 404)["detail"]
    assert message.replace(theirs, "ID") == "no data set ID"


def test_a_workspace_stores_no_more_than_its_quota(
    tenant: Tenant, module_hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = replace(module_hub.settings.quotas, workspace_bytes=2 * len(CSV))
    monkeypatch.setattr(module_hub, "settings", replace(module_hub.settings, quotas=small))
    assert post(tenant.client, "a").status_code == 201
    assert post(tenant.client, "b").status_code == 201
    over = assert_problem(post(tenant.client, "c", b"x\n1\n"), 429)
    assert over["code"] == "quota_bytes"
    again = tenant.client.post("/v1/datasets/b/versions", json={"parse": {"kind": "csv", "header": False}})
    assert assert_problem(again, 429)["code"] == "quota_bytes"
    tenant.client.delete("/v1/datasets/a")
    assert post(tenant.client, "c", b"x\n1\n").status_code == 201
