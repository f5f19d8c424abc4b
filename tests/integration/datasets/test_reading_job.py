"""Readings by a worker: from the file to the table, whatever happens to the worker on the way."""

import errno
import hashlib
import itertools
import json
import os
import random
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from gradus.wire.table import ReadTable
from hub.artifacts.objects import StoreAway
from hub.datasets import examinations, uploads
from hub.hub import Hub
from hub.tables import DatasetVersionRow, RemovalRow
from reading.child import read
from reading.failure import ReadingFailed
from reading.messages import Log
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import claim, claimed, version_of
from tests.servers.processes import Program, service_env, wait_until
from worker import reading_job
from worker.reading_job import ReadingJob
from worker.reading_slot import ReadingSlot
from worker.shutdown import Shutdown

pytestmark = pytest.mark.parametrize("module_hub", ["sqlite"], indirect=True)
CSV = b"age,exited,zip\n41,yes,01067\n38,no,10115\n"


@pytest.fixture
def slot(module_hub: Hub) -> Iterator[ReadingSlot]:
    """A reading slot in a thread of this process."""
    shutdown, over = Shutdown(), threading.Event()
    slot = ReadingSlot(module_hub, "wrk_here", shutdown)

    def serve() -> None:
        while not over.is_set():
            slot.serve()

    thread = threading.Thread(target=serve)
    thread.start()
    yield slot
    over.set()
    thread.join()


def create(tenant: Tenant, content: bytes, name: str = "churn", **headers: str) -> dict[str, object]:
    made = tenant.client.post(
        "/v1/datasets", params={"name": name}, content=content, headers={"Prefer": "wait=60", **headers}
    )
    assert made.status_code == 201, made.text
    record: dict[str, object] = made.json()
    return record


def test_a_file_is_read_into_a_table(tenant: Tenant, slot: ReadingSlot) -> None:
    record = create(tenant, CSV)
    assert record["status"] == "ready", record
    columns = {column["name"]: column["type"] for column in record["columns"]}  # type: ignore[attr-defined]
    assert columns == {"age": "integer", "exited": "text", "zip": "text"}
    rows = tenant.client.get("/v1/datasets/churn/rows").json()["data"]
    assert rows == [{"age": 41, "exited": "yes", "zip": "01067"}, {"age": 38, "exited": "no", "zip": "10115"}]
    events = tenant.client.get("/v1/datasets/churn/events", headers={"Accept": "application/x-ndjson"}).text
    assert '"kind":"end"' in events
    statistics = tenant.client.get("/v1/datasets/churn/statistics?column=age").json()["columns"][0]
    assert (statistics["min"], statistics["max"], statistics["mean"]) == (38, 41, 39.5)
    ids = {finding["id"] for finding in tenant.client.get("/v1/datasets/churn/findings").json()["data"]}
    assert "data_few_rows" in ids
    assert list((tenant.hub.settings.data_dir / "reading").iterdir()) == []


def test_a_file_that_cannot_be_read_says_where_and_is_read_with_the_option_it_names(
    tenant: Tenant, slot: ReadingSlot
) -> None:
    record = create(tenant, b"a,b\n1,2\n3\n4,5\n")
    error = record["error"]
    assert isinstance(error, dict)
    assert (record["status"], error["code"], error["line"]) == ("failed", "data_error", 3)
    again = tenant.client.post("/v1/datasets/churn/versions", json={"parse": {"kind": "csv"} | error["option"]})
    assert again.status_code == 201, again.text
    wait_until(lambda: tenant.client.get("/v1/datasets/churn").json()["status"] != "reading", "the second version")
    assert tenant.client.get("/v1/datasets/churn").json()["version"] == 2


def test_parts_are_joined_and_hashed(tenant: Tenant, slot: ReadingSlot, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(2000))
    monkeypatch.setattr(uploads, "PART_BYTES", 5000)
    upload = tenant.client.post("/v1/uploads", json={"size": len(content)}).json()
    for number, first in enumerate(range(0, len(content), 5000), 1):
        part = content[first : first + 5000]
        assert tenant.client.put(f"/v1/uploads/{upload['id']}/parts/{number}", content=part).status_code == 204
    made = tenant.client.post(
        "/v1/datasets",
        json={"name": "squares", "files": [{"upload": upload["id"], "name": "s.csv"}]},
        headers={"Prefer": "wait=60"},
    )
    assert (made.json()["status"], made.json()["rows"]) == ("ready", 2000)
    source = tenant.client.get("/v1/datasets/squares/versions/1").json()["sources"][0]
    assert source["sha256"] == hashlib.sha256(content).hexdigest()
    assert tenant.client.get("/v1/datasets/squares/content").content == content


def test_a_worker_that_shuts_down_hands_its_reading_back(tenant: Tenant) -> None:
    shutdown = Shutdown()
    shutdown._begun.set()  # the flag alone: `begin` would end this process
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    version = version_of(tenant.hub, made["id"])
    ReadingSlot(tenant.hub, "wrk_going", shutdown).take(version)
    with tenant.hub.read() as session:
        row = session.get_one(DatasetVersionRow, version)
        assert (row.status, row.owner, row.losses, row.token) == ("reading", None, 0, 1)
    ReadingSlot(tenant.hub, "wrk_next", Shutdown()).take(version)
    assert tenant.client.get("/v1/datasets/churn").json()["status"] == "ready"


def test_a_damaged_file_is_a_failure_that_says_so_after_all_that_was_logged(tenant: Tenant, tmp_path: Path) -> None:
    content = b"a,b\n7,7\n8,8\n"
    made = tenant.client.post("/v1/datasets?name=churn", content=content).json()
    reading = claimed(tenant.hub, version_of(tenant.hub, made["id"]))
    ((key, _),) = reading.files[0].parts
    (Path(tenant.hub.settings.artifacts_url) / key / "content").write_bytes(content[::-1])
    job = ReadingJob(tenant.hub, reading, tmp_path / "reading", Shutdown())
    job.log.hear(Log(text="said just before the end"))
    job.run()
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["error"]["code"], record["error"]["file"]) == ("failed", "data_error", "churn")
    assert "content has changed: its SHA-256 differs): upload it again" in record["error"]["message"]
    lines = [line["message"] for line in tenant.client.get("/v1/datasets/churn/log").json()["data"]]
    assert lines == ["said just before the end", record["error"]["message"]]


TROUBLES = {
    "disk_full": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/disk/artifacts"),
    "store_unavailable": StoreAway("the artifact store is unreachable: no route"),
}


@pytest.mark.parametrize("code", TROUBLES)
@pytest.mark.parametrize("call", ["open", "put"])
@pytest.mark.parametrize("lasts", [True, False], ids=["lasting", "passing"])
def test_trouble_with_the_disk_or_the_store_is_waited_for_and_told_as_what_it_is(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, code: str, call: str, lasts: bool
) -> None:
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    version = version_of(tenant.hub, made["id"])
    left = [TROUBLES[code]] * (100 if lasts else 2)
    works = getattr(tenant.hub.artifacts, call)

    def troubled(*args: object) -> object:
        if left:
            raise left.pop()
        return works(*args)

    monkeypatch.setattr(tenant.hub.artifacts, call, troubled)
    monkeypatch.setattr(ReadingJob, "_pause", lambda _, seconds: None)
    ReadingSlot(tenant.hub, "wrk_here", Shutdown()).take(version)
    record = tenant.client.get("/v1/datasets/churn").json()
    lines = [line["message"] for line in tenant.client.get("/v1/datasets/churn/log").json()["data"]]
    assert (record["status"], record["error"] and record["error"]["code"]) == (
        ("failed", code) if lasts else ("ready", None)
    )
    assert len(lines) == (8 if lasts else 2)
    says = "the disk is full (No space left on device: /disk/artifacts)" if code == "disk_full" else "no route"
    assert all(says in line for line in lines)
    with tenant.hub.read() as session:
        assert session.get_one(DatasetVersionRow, version).losses == 0
    assert list((tenant.hub.settings.data_dir / "reading").iterdir()) == []


@pytest.mark.parametrize("lasts", [True, False], ids=["lasting", "passing"])
def test_a_reading_that_the_machine_hinders_is_tried_again_and_not_told_as_a_damaged_file(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, lasts: bool
) -> None:
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    left = [ReadingFailed("machine_error", "Cannot open file: Permission denied")] * (100 if lasts else 1)

    def hindered(*args: Any) -> ReadTable:
        if left:
            raise left.pop()
        return read(*args)

    monkeypatch.setattr(reading_job, "read", hindered)
    monkeypatch.setattr(ReadingJob, "_pause", lambda _, seconds: None)
    ReadingSlot(tenant.hub, "wrk_here", Shutdown()).take(version_of(tenant.hub, made["id"]))
    record = tenant.client.get("/v1/datasets/churn").json()
    lines = [line["message"] for line in tenant.client.get("/v1/datasets/churn/log").json()["data"]]
    assert all("Permission denied" in line for line in lines)
    if lasts:
        assert (record["status"], record["error"]["code"], len(lines)) == ("failed", "machine_error", 3)
        assert "Nothing is wrong with the files: add a version to read them again" in record["error"]["message"]
    else:
        assert (record["status"], record["error"], len(lines)) == ("ready", None, 1)


def test_a_target_that_the_file_lacks_is_told_with_the_nearest_column(tenant: Tenant, slot: ReadingSlot) -> None:
    made = tenant.client.post("/v1/datasets?name=churn&target=exitd", content=CSV, headers={"Prefer": "wait=60"})
    error = made.json()["error"]
    assert (made.json()["status"], error["code"]) == ("failed", "unknown_column")
    assert error["message"].startswith(
        "the target: no column 'exitd': did you mean 'exited'? Change the data set's target"
    )
    shown = tenant.client.post("/v1/datasets?dry_run=true&target=exitd", content=CSV)
    problem = assert_problem(shown, 422)
    assert (problem["code"], problem["errors"][0]["path"]) == ("unknown_column", "target")
    assert tenant.client.patch("/v1/datasets/churn", json={"target": "exited"}).status_code == 200
    assert tenant.client.post("/v1/datasets/churn/versions", json={}).status_code == 201
    wait_until(lambda: tenant.client.get("/v1/datasets/churn").json()["status"] == "ready", "the second version")


def test_another_target_gives_other_findings_and_statistics_by_class_without_reading_again(
    tenant: Tenant, slot: ReadingSlot
) -> None:
    rows = ("{0},{1},{1}\n".format(i, ("yes", "no")[i % 2]) for i in range(200))
    content = f"age,exited,copy\n{''.join(rows)}".encode()
    create(tenant, content)
    client = tenant.client

    def told() -> tuple[set[str], bool, int]:
        ids = {finding["id"] for finding in client.get("/v1/datasets/churn/findings").json()["data"]}
        by_class = client.get("/v1/datasets/churn/statistics?column=age").json()["columns"][0]["by_class"]
        return ids, bool(by_class), client.get("/v1/datasets/churn").json()["finding_count"]

    before = told()
    assert not before[1]
    wrong = assert_problem(client.patch("/v1/datasets/churn", json={"target": "exitd"}), 422)
    assert (wrong["errors"][0]["path"], "did you mean 'exited'?" in wrong["detail"]) == ("target", True)
    changed = client.patch("/v1/datasets/churn", json={"target": "exited"}).json()
    assert (changed["target"], changed["status"], changed["version"]) == ("exited", "ready", 1)
    wait_until(lambda: told()[1], "statistics by class")
    ids, _, count = told()
    assert len(ids) == count > before[2]
    assert any("leak" in id_ for id_ in ids - before[0])
    kinds = [event["kind"] for event in events_of(tenant)]
    assert kinds[-3:] == ["finding", "status", "end"]
    assert client.get("/v1/datasets/churn/rows?limit=1").json()["data"] == [{"age": 0, "exited": "yes", "copy": "yes"}]
    client.patch("/v1/datasets/churn", json={"target": None})
    wait_until(lambda: told() == before, "the findings without a target")


def events_of(tenant: Tenant) -> list[dict[str, Any]]:
    answer = tenant.client.get("/v1/datasets/churn/events", headers={"Accept": "application/x-ndjson"})
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_target_that_changes_during_a_reading_is_looked_at_after_it(tenant: Tenant) -> None:
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    version = version_of(tenant.hub, made["id"])
    reading = claimed(tenant.hub, version)
    assert tenant.client.patch("/v1/datasets/churn", json={"target": "exited"}).status_code == 200
    slot = ReadingSlot(tenant.hub, "wrk_here", Shutdown())
    ReadingJob(tenant.hub, reading, tenant.hub.settings.data_dir / "reading" / "x-1", Shutdown()).run()
    assert tenant.client.get("/v1/datasets/churn").json()["status"] == "ready"
    slot.take(version)
    column = tenant.client.get("/v1/datasets/churn/statistics?column=age").json()["columns"][0]
    assert set(column["by_class"]) == {"yes", "no"}
    with tenant.hub.read() as session:
        row = session.get_one(DatasetVersionRow, version)
        assert (row.stale, row.owner, row.artifact) == (False, None, f"{version}/1")


def test_what_an_examination_cannot_compute_stays_as_it_is(tenant: Tenant) -> None:
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    version, client = version_of(tenant.hub, made["id"]), tenant.client
    ReadingSlot(tenant.hub, "wrk_here", Shutdown()).take(version)
    before = (
        client.get("/v1/datasets/churn/statistics").json(),
        client.get("/v1/datasets/churn/findings").json()["data"],
    )
    assert before[1]
    assert client.patch("/v1/datasets/churn", json={"target": "exited"}).status_code == 200
    lease = claimed(tenant.hub, version).lease
    with tenant.hub.write() as session:
        examinations.finish(session, lease, "exited", None, None, tenant.hub.settings)
    after = client.get("/v1/datasets/churn/statistics").json(), client.get("/v1/datasets/churn/findings").json()["data"]
    assert after == before
    assert client.get("/v1/datasets/churn").json()["finding_count"] == len(before[1])
    lines = [line["message"] for line in client.get("/v1/datasets/churn/log").json()["data"]]
    assert lines[-2:] == [f"the {what} are still those of the former target" for what in ("statistics", "findings")]


def test_an_examination_whose_workers_are_lost_leaves_the_version_as_it_is(tenant: Tenant, tmp_path: Path) -> None:
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV).json()
    version = version_of(tenant.hub, made["id"])
    ReadingSlot(tenant.hub, "wrk_here", Shutdown()).take(version)
    assert tenant.client.patch("/v1/datasets/churn", json={"target": "exited"}).status_code == 200
    for _ in range(6):
        reading = claim(tenant.hub, version)
        assert reading is not None
        assert reading.table is not None
        with tenant.hub.write() as session:
            mine = update(DatasetVersionRow).where(DatasetVersionRow.id == version)
            session.execute(mine.values(lease_until=datetime.now(UTC) - timedelta(hours=1)))
    assert claim(tenant.hub, version) is None
    record = tenant.client.get("/v1/datasets/churn").json()
    assert (record["status"], record["error"], record["rows"]) == ("ready", None, 2)
    log = tenant.client.get("/v1/datasets/churn/log").json()["data"]
    assert "still those of the former target: the worker was lost 6 times" in log[-1]["message"]
    assert tenant.client.get("/v1/datasets/churn/rows").status_code == 200


def test_killed_readers_leave_no_half_version_and_no_orphan(tenant: Tenant, tmp_path: Path) -> None:
    hub, random_ = tenant.hub, random.Random(1)
    env = {
        **service_env(hub.settings.data_dir, hub.settings.database_url, hub.settings.redis_url),
        "GRADUS_LEASE_SECONDS": "0.5",
    }
    content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(30_000))
    made = [tenant.client.post("/v1/datasets", params={"name": f"d{i}"}, content=content).json() for i in range(2)]
    versions = [version_of(hub, one["id"]) for one in made]

    def states() -> list[str]:
        with hub.read() as session:
            return [session.get_one(DatasetVersionRow, version).status for version in versions]

    for kill in range(2):
        with Program(tmp_path / f"reader-{kill}.log", "tests.servers.reader", env=env) as reader:
            reader.wait_for("ready")
            time.sleep(random_.uniform(0.1, 1.5))
            reader.kill()
    with Program(tmp_path / "reader.log", "tests.servers.reader", env=env) as reader:
        wait_until(lambda: "reading" not in states(), "the end of all readings", 120)
        reader.kill()
    assert states() == ["ready"] * 2, (tmp_path / "reader.log").read_text()
    assert {tenant.client.get(f"/v1/datasets/{one['id']}").json()["rows"] for one in made} == {30_000}
    store = Path(hub.settings.artifacts_url)
    with hub.read() as session:
        named = {session.get_one(DatasetVersionRow, version).artifact for version in versions}
        swept = set(session.scalars(select(RemovalRow.key)))
    stored = {f"{version}/{path.name}" for version in versions for path in (store / version).iterdir()}
    assert {name.removesuffix(".partial") for name in stored - named} <= swept
    for one in made:
        log = tenant.client.get(f"/v1/datasets/{one['id']}/events", headers={"Accept": "application/x-ndjson"}).text
        numbers = [int(line.partition('"seq":')[2].partition(",")[0]) for line in log.splitlines()]
        assert numbers == list(itertools.islice(itertools.count(1), len(numbers)))
        assert log.count('"kind":"end"') == 1


def test_folders_that_killed_readers_left_are_removed(tenant: Tenant) -> None:
    folder = tenant.hub.settings.data_dir / "reading" / "ver_00000000000000000000000000-1"
    folder.mkdir(parents=True)
    (folder / "table").mkdir()
    ReadingSlot(tenant.hub, "wrk_here", Shutdown()).serve()
    assert not folder.exists()


def test_a_dry_run_shows_what_comes_of_a_file_and_stores_nothing(tenant: Tenant) -> None:
    shown = tenant.client.post("/v1/datasets?dry_run=true", content=CSV, headers={"Content-Type": "text/csv"})
    assert shown.status_code == 200, shown.text
    assert [column["type"] for column in shown.json()["columns"]] == ["integer", "text", "text"]
    assert shown.json()["columns"][2]["would_be"]
    assert shown.json()["data"][0] == {"age": 41, "exited": "yes", "zip": "01067"}
    assert (shown.json()["parse"]["delimiter"], shown.json()["complete"]) == (",", True)
    assert not any(one["built_in"] is False for one in tenant.client.get("/v1/datasets").json()["data"])
    assert list((tenant.hub.settings.data_dir / "incoming").iterdir()) == []
    ragged = tenant.client.post("/v1/datasets?dry_run=true", content=b"a,b\n1,2\n3\n4,5\n")
    problem = assert_problem(ragged, 422)
    assert (problem["code"], problem["errors"][0]["path"]) == ("data_error", "file/3")
    assert problem["errors"][1]["input"]["ragged"]
    again = tenant.client.post(
        "/v1/datasets", params={"dry_run": True, "parse": '{"kind": "csv", "ragged": "pad"}'}, content=b"a,b\n1,2\n3\n"
    )
    assert again.json()["data"][1] == {"a": 3, "b": None}
