"""Readings in the database: one reader at a time; a lost reading is repeated, and the log contains everything once."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event, update

from gradus.wire.dataset import ReadFailure
from gradus.wire.event import StepProgress
from gradus.wire.table import ColumnRecord
from hub.access.quotas import Quotas
from hub.datasets import datasets, readings
from hub.datasets.events import DatasetEvent
from hub.hub import Hub
from hub.jobs.leases import LeaseLost
from hub.jobs.reconciler import reconcile
from hub.tables import DatasetVersionRow, RemovalRow
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import CSV, TABLE, claim, claimed, finish, read_table, store, version_of


def create(client: httpx.Client, name: str = "churn") -> str:
    made = client.post("/v1/datasets", params={"name": name}, content=CSV, headers={"Content-Type": "text/csv"})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def lose(hub: Hub, version_id: str) -> None:
    """Let the lease of a reading expire, as if its worker had been killed long ago."""
    with hub.write() as session:
        row = update(DatasetVersionRow).where(DatasetVersionRow.id == version_id)
        session.execute(row.values(lease_until=datetime.now(UTC) - timedelta(hours=1)))


def told(client: httpx.Client, dataset: str, after: int = 0) -> list[dict[str, object]]:
    """The whole log of a data set that has been read, as NDJSON."""
    answer = client.get(
        f"/v1/datasets/{dataset}/events", params={"after": after}, headers={"Accept": "application/x-ndjson"}
    )
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines() if line.strip()]


def test_one_worker_reads_a_version_and_it_is_ready(tenant: Tenant) -> None:
    dataset = create(tenant.client)
    version = version_of(tenant.hub, dataset)
    reading = claimed(tenant.hub, version)
    assert claim(tenant.hub, version, "wrk_2") is None
    ((key, digest),) = reading.files[0].parts
    with tenant.hub.artifacts.open(key, digest) as folder:
        assert (folder / "content").read_bytes() == CSV
    with tenant.hub.write() as session:
        progress = StepProgress(what="reading churn.csv", done=1, total=2, unit="bytes")
        readings.heartbeat(session, reading.lease, [(DatasetEvent.PROGRESS, progress)])
    assert tenant.client.get("/v1/datasets/churn").json()["progress"]["done"] == 1
    finish(tenant.hub, reading)
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["version"], record["rows"], record["progress"]) == ("ready", 1, 2, None)
    assert [column["name"] for column in record["columns"]] == ["age", "exited"]
    assert record["parse"] == {"kind": "csv", "delimiter": ","}
    events = told(tenant.client, dataset)
    assert [event["seq"] for event in events] == [1, 2, 3, 4]
    assert [event["kind"] for event in events] == ["status", "progress", "status", "end"]
    assert {event["dataset_id"] for event in events} == {dataset}
    assert events[-1]["data"]["last_event"] == record["last_event"] == 4  # type: ignore[index]
    assert claim(tenant.hub, version) is None


def test_a_worker_that_lost_its_lease_can_write_nothing(tenant: Tenant) -> None:
    version = version_of(tenant.hub, create(tenant.client))
    stale = claimed(tenant.hub, version)
    result = store(tenant.hub, stale)
    lose(tenant.hub, version)
    fresh = claimed(tenant.hub, version, "wrk_2")
    failure = ReadFailure(code="data_error", message="no")
    with pytest.raises(LeaseLost), tenant.hub.write() as session:
        readings.heartbeat(session, stale.lease, [])
    with pytest.raises(LeaseLost), tenant.hub.write() as session:
        readings.finish(session, stale.lease, result, tenant.hub.settings)
    with pytest.raises(LeaseLost), tenant.hub.write() as session:
        readings.fail(session, stale.lease, failure, tenant.hub.settings)
    with tenant.hub.read() as session:
        assert readings.may_delete_table(session, stale.lease)
        assert not readings.may_delete_table(session, fresh.lease)
        assert session.get(RemovalRow, stale.lease.key) is not None
    finish(tenant.hub, fresh)
    with tenant.hub.read() as session:
        assert not readings.may_delete_table(session, fresh.lease)
        assert session.get(RemovalRow, fresh.lease.key) is None
    log = tenant.client.get("/v1/datasets/churn/log").json()["data"]
    assert [line["message"] for line in log] == ["the worker was lost; reading again (1 of 5)"]


def test_a_version_whose_workers_are_lost_again_and_again_fails(tenant: Tenant) -> None:
    version = version_of(tenant.hub, create(tenant.client))
    for _ in range(6):
        claimed(tenant.hub, version)
        lose(tenant.hub, version)
    assert claim(tenant.hub, version) is None
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["error"]["code"]) == ("failed", "worker_lost")
    assert told(tenant.client, "churn")[-1]["kind"] == "end"


def test_a_released_version_may_be_taken_at_once_and_counts_as_no_loss(tenant: Tenant) -> None:
    version = version_of(tenant.hub, create(tenant.client))
    for _ in range(8):
        reading = claimed(tenant.hub, version)
        with tenant.hub.write() as session:
            readings.release(session, reading.lease)
    finish(tenant.hub, claimed(tenant.hub, version))
    assert [event["kind"] for event in told(tenant.client, "churn")] == ["status", "status", "end"]


def test_a_data_set_that_is_deleted_while_it_is_read_leaves_nothing(tenant: Tenant) -> None:
    version = version_of(tenant.hub, create(tenant.client))
    reading = claimed(tenant.hub, version)
    result = store(tenant.hub, reading)
    assert tenant.client.delete("/v1/datasets/churn").status_code == 204
    with pytest.raises(LeaseLost), tenant.hub.write() as session:
        readings.finish(session, reading.lease, result, tenant.hub.settings)
    with tenant.hub.read() as session:
        assert readings.may_delete_table(session, reading.lease)
        assert session.get(RemovalRow, version) is not None
    assert claim(tenant.hub, version) is None


def test_a_table_that_the_workspace_has_no_room_for_fails_with_both_numbers_and_leaves_nothing(tenant: Tenant) -> None:
    hub = tenant.hub
    version = version_of(hub, create(tenant.client))
    reading = claimed(hub, version)
    result = store(hub, reading)
    limit = len(CSV) + result.receipt.size - 1
    settings = replace(hub.settings, quotas=Quotas(workspace_bytes=limit))
    with hub.write() as session:
        full = readings.finish(session, reading.lease, result, settings)
    assert full is not None
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["bytes"], record["error"]["code"]) == ("failed", None, "quota_bytes")
    assert f"{limit + 1:,} bytes" in record["error"]["message"]
    assert f"its limit is {limit:,}" in record["error"]["message"]
    assert [event["kind"] for event in told(tenant.client, "churn")] == ["status", "log", "status", "end"]
    with hub.read() as session:
        assert readings.may_delete_table(session, reading.lease)
        assert session.get(RemovalRow, version) is not None
        assert datasets.bytes_of(session, tenant.workspace_id) == len(CSV)


def test_the_last_room_of_a_workspace_takes_a_table(tenant: Tenant) -> None:
    reading = claimed(tenant.hub, version_of(tenant.hub, create(tenant.client)))
    result = store(tenant.hub, reading)
    quotas = Quotas(workspace_bytes=len(CSV) + result.receipt.size)
    with tenant.hub.write() as session:
        assert readings.finish(session, reading.lease, result, replace(tenant.hub.settings, quotas=quotas)) is None
    record = tenant.client.get("/v1/datasets").json()["data"][0]
    assert (record["status"], record["column_count"], record["finding_count"]) == ("ready", 2, 0)


def test_the_large_documents_of_a_version_are_read_only_where_they_are_shown(tenant: Tenant) -> None:
    hub, client = tenant.hub, tenant.client
    dataset = create(client)
    seen: list[str] = []

    def large(*args: Any) -> None:
        statement = str(args[2]).partition(" FROM ")[0]
        seen.extend(name for name in ("facts", "statistics", "findings") if f"dataset_versions.{name}" in statement)

    event.listen(Engine, "before_cursor_execute", large)
    try:
        read_table(hub, dataset, {"age": [41, 38]})
        assert claim(hub, version_of(hub, dataset)) is None
        for path in ("", "/churn/rows", "/churn/content", "/churn/log"):
            client.get(f"/v1/datasets{path}")
        assert client.patch("/v1/datasets/churn", json={"notes": "x"}).status_code == 200
        assert seen == ["facts"]  # the answer of PATCH has the columns
        seen.clear()
        assert client.get("/v1/datasets/churn").status_code == 200
        assert client.get("/v1/datasets/churn/findings").status_code == 200
        assert client.get("/v1/datasets/churn/statistics").status_code == 404
        assert seen == ["facts", "findings", "statistics"]
    finally:
        event.remove(Engine, "before_cursor_execute", large)


def test_a_lost_message_is_sent_again(tenant: Tenant) -> None:
    version = version_of(tenant.hub, create(tenant.client))
    hub = tenant.hub
    hub.flush()
    while hub.queue.next_reading(0.1):
        pass
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    with hub.write() as session:
        mine = update(DatasetVersionRow).where(DatasetVersionRow.id == version)
        session.execute(mine.values(message_sent_at=long_ago))
    assert reconcile(hub, "wrk_1") >= 1
    hub.flush()
    found = set()
    while one := hub.queue.next_reading(0.1):
        found.add(one)
    assert version in found
    assert reconcile(hub, "wrk_1") == 0


def test_a_failure_says_where_and_what_would_read_the_file(tenant: Tenant) -> None:
    version = version_of(tenant.hub, create(tenant.client))
    failure = ReadFailure(
        code="data_error", message="line 3 has 3 cells", line=3, byte=17, around="1,2,3", option={"ragged": "pad"}
    )
    reading = claimed(tenant.hub, version)
    with tenant.hub.write() as session:
        readings.fail(session, reading.lease, failure, tenant.hub.settings)
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["error"]["option"], record["error"]["line"]) == ("failed", {"ragged": "pad"}, 3)
    with tenant.hub.read() as session:
        assert session.get(RemovalRow, version) is not None
    again = tenant.client.post("/v1/datasets/churn/versions", json={"parse": {"kind": "csv", "ragged": "pad"}})
    finish(tenant.hub, claimed(tenant.hub, version_of(tenant.hub, record["id"], again.json()["number"])))
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["version"], record["error"]) == ("ready", 2, None)
    kinds = [event["kind"] for event in told(tenant.client, "churn")]
    assert kinds == ["status", "log", "status", "end", "status", "status", "end"]


def test_a_stream_follows_a_reading_to_its_end_and_resumes_exactly(tenant: Tenant) -> None:
    dataset = create(tenant.client)
    reading = claimed(tenant.hub, version_of(tenant.hub, dataset))
    with tenant.client.stream("GET", f"/v1/datasets/{dataset}/events") as answer:
        lines = (line for line in answer.iter_lines() if line.startswith(("id:", "event:")))
        assert (next(lines), next(lines)) == ("id: 1", "event: status")
        finish(tenant.hub, reading)
        assert list(lines) == ["id: 2", "event: status", "id: 3", "event: end"]
    assert [event["seq"] for event in told(tenant.client, dataset, after=1)] == [2, 3]
    assert told(tenant.client, dataset, after=3) == []


def test_a_request_may_wait_for_the_end_of_the_reading(tenant: Tenant) -> None:
    dataset = create(tenant.client)
    finish(tenant.hub, claimed(tenant.hub, version_of(tenant.hub, dataset)))
    waited = tenant.client.post("/v1/datasets?name=b", content=CSV, headers={"Prefer": "wait=1"})
    assert (waited.status_code, waited.headers["preference-applied"]) == (201, "wait=1")
    assert waited.json()["status"] == "reading"


def test_a_request_for_a_version_waits_for_the_end_of_its_own_reading(tenant: Tenant) -> None:
    dataset = create(tenant.client)
    finish(tenant.hub, claimed(tenant.hub, version_of(tenant.hub, dataset)))
    path = f"/v1/datasets/{dataset}/versions"
    with ThreadPoolExecutor(1) as pool:
        ask = partial(tenant.client.post, path, content=CSV, headers={"Prefer": "wait=60"}, timeout=60)
        asked = pool.submit(ask)
        while len(tenant.client.get(f"/v1/datasets/{dataset}").json()["versions"]) < 2:
            time.sleep(0.01)
        finish(tenant.hub, claimed(tenant.hub, version_of(tenant.hub, dataset, 2)))
        made = asked.result()
    assert (made.status_code, made.headers["preference-applied"]) == (201, "wait=60")
    assert made.headers["location"] == f"{path}/2"
    assert made.json() == tenant.client.get(f"{path}/2").json()
    assert (made.json()["status"], made.json()["last_event"]) == ("ready", 6)
    assert told(tenant.client, dataset)[-1]["seq"] == 6


def test_nobody_else_hears_of_a_reading(tenant: Tenant, other: Tenant) -> None:
    dataset = create(tenant.client)
    for path in ("events", "log"):
        assert_problem(other.client.get(f"/v1/datasets/{dataset}/{path}"), 404)


def test_labels_of_pictures_become_the_target_of_the_first_reading(tenant: Tenant) -> None:
    columns = (("image", "image"), ("label", "text"), ("file", "text"))
    records = tuple(ColumnRecord.model_validate({"name": name, "type": type_}) for name, type_ in columns)
    pictures = TABLE.model_copy(update={"columns": records})
    dataset = create(tenant.client, "pets")
    finish(tenant.hub, claimed(tenant.hub, version_of(tenant.hub, dataset)), pictures)
    assert tenant.client.get("/v1/datasets/pets").json()["target"] == "label"
    assert tenant.client.patch("/v1/datasets/pets", json={"target": None}).json()["target"] is None
    again = tenant.client.post("/v1/datasets/pets/versions", json={"parse": {"kind": "images", "size": [8, 8]}})
    assert again.status_code == 201, again.text
    finish(tenant.hub, claimed(tenant.hub, version_of(tenant.hub, dataset, 2)), pictures)
    assert tenant.client.get("/v1/datasets/pets").json()["target"] is None
