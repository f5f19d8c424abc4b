"""Uploads: their parts arrive in any order, in parallel or repeatedly; responses say which parts are missing or
differ.
"""

import base64
import hashlib
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select, update

from hub.datasets import uploads
from hub.tables import ObjectRow, RemovalRow, UploadRow
from tests.integration.api.service import assert_problem
from tests.integration.datasets.conftest import Tenant


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 1000)


def begin(client: httpx.Client, content: bytes, **fields: object) -> str:
    made = client.post("/v1/uploads", json={"size": len(content), **fields})
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/v1/uploads/{made.json()['id']}"
    assert made.json()["parts"] == -(-len(content) // 1000)
    return str(made.json()["id"])


def send(client: httpx.Client, upload: str, number: int, part: bytes, **headers: str) -> httpx.Response:
    return client.put(f"/v1/uploads/{upload}/parts/{number}", content=part, headers=headers)


def parts_of(content: bytes) -> dict[int, bytes]:
    return {i // 1000 + 1: content[i : i + 1000] for i in range(0, len(content), 1000)}


def make(client: httpx.Client, upload: str, name: str = "churn") -> httpx.Response:
    return client.post("/v1/datasets", json={"name": name, "files": [{"upload": upload}]})


def test_parts_may_come_in_any_order_in_parallel_and_again(tenant: Tenant) -> None:
    content = random.Random(1).randbytes(7500)
    upload = begin(tenant.client, content, sha256=hashlib.sha256(content).hexdigest())
    parts = list(parts_of(content).items()) * 3
    random.Random(2).shuffle(parts)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda part: send(tenant.client, upload, *part), parts))
    assert {answer.status_code for answer in answers} == {204}
    assert tenant.client.get(f"/v1/uploads/{upload}").json()["received"] == list(range(1, 9))
    made = make(tenant.client, upload)
    assert made.status_code == 201, made.text
    assert made.json()["status"] == "reading"
    assert tenant.client.get(f"/v1/uploads/{upload}").json()["expires_at"] is None


def test_a_resumed_upload_sends_what_is_missing(tenant: Tenant) -> None:
    content = random.Random(3).randbytes(2500)
    upload, parts = begin(tenant.client, content), parts_of(content)
    send(tenant.client, upload, 2, parts[2])
    problem = assert_problem(make(tenant.client, upload), 409)
    assert problem["code"] == "upload_incomplete"
    assert "lacks 2 parts: 1, 3" in problem["detail"]
    for number in {1, 2, 3} - set(tenant.client.get(f"/v1/uploads/{upload}").json()["received"]):
        assert send(tenant.client, upload, number, parts[number]).status_code == 204
    assert make(tenant.client, upload).status_code == 201


def test_a_part_with_other_bytes_size_or_digest_is_refused(tenant: Tenant) -> None:
    upload = begin(tenant.client, bytes(1500))
    digest = base64.b64encode(hashlib.sha256(bytes(1000)).digest()).decode()
    wrong = send(tenant.client, upload, 1, b"x" * 1000, **{"Content-Digest": f"sha-256=:{digest}:"})
    assert assert_problem(wrong, 422)["code"] == "digest_differs"
    right = send(tenant.client, upload, 1, bytes(1000), **{"Content-Digest": f"sha-256=:{digest}:"})
    assert right.status_code == 204
    assert assert_problem(send(tenant.client, upload, 1, b"x" * 1000), 409)["code"] == "part_differs"
    assert assert_problem(send(tenant.client, upload, 2, bytes(499)), 422)["code"] == "part_size"
    assert "is 500 bytes" in assert_problem(send(tenant.client, upload, 2, bytes(501)), 413)["detail"]
    assert "no part 3" in assert_problem(send(tenant.client, upload, 3, bytes(500)), 404)["detail"]


def test_a_file_with_another_digest_than_announced_makes_no_data_set(tenant: Tenant) -> None:
    content = random.Random(4).randbytes(1200)
    upload = begin(tenant.client, content, sha256="0" * 64)
    for number, part in parts_of(content).items():
        send(tenant.client, upload, number, part)
    assert assert_problem(make(tenant.client, upload), 422)["code"] == "digest_differs"


def test_equal_bytes_are_stored_once_and_go_with_their_last_reference(tenant: Tenant, other: Tenant) -> None:
    content = random.Random(5).randbytes(900)
    mine, theirs = (begin(one.client, content) for one in (tenant, other))
    for one, upload in ((tenant, mine), (other, theirs)):
        assert send(one.client, upload, 1, content).status_code == 204
    digest = hashlib.sha256(content).hexdigest()

    def stored() -> ObjectRow | None:
        with tenant.hub.read() as session:
            return session.get(ObjectRow, digest)

    row = stored()
    assert row is not None
    assert tenant.client.delete(f"/v1/uploads/{mine}").status_code == 204
    assert stored() is not None
    with tenant.hub.artifacts.open(row.key, row.digest) as folder:
        assert (folder / "content").read_bytes() == content
    assert other.client.delete(f"/v1/uploads/{theirs}").status_code == 204
    assert stored() is None
    with tenant.hub.read() as session:
        assert session.get(RemovalRow, row.key) is not None


def test_nothing_tells_an_upload_of_another_workspace_from_none(tenant: Tenant, other: Tenant) -> None:
    content = random.Random(6).randbytes(800)
    upload = begin(tenant.client, content)
    send(tenant.client, upload, 1, content)
    for answer in (
        other.client.get(f"/v1/uploads/{upload}"),
        other.client.delete(f"/v1/uploads/{upload}"),
        send(other.client, upload, 1, content),
    ):
        assert_problem(answer, 404)
    assert f"no upload {upload}" in assert_problem(make(other.client, upload), 422)["detail"]
    announced = begin(other.client, content, sha256=hashlib.sha256(content).hexdigest())
    assert other.client.get(f"/v1/uploads/{announced}").json()["received"] == []
    assert assert_problem(make(other.client, announced), 409)["code"] == "upload_incomplete"


def test_an_upload_that_nobody_uses_expires(tenant: Tenant) -> None:
    contents = [random.Random(seed).randbytes(100) for seed in (7, 8)]
    used, unused = (begin(tenant.client, content) for content in contents)
    for upload, content in ((used, contents[0]), (unused, contents[1])):
        send(tenant.client, upload, 1, content)
    assert make(tenant.client, used).status_code == 201
    later = datetime.now(UTC) + timedelta(hours=25)
    with tenant.hub.write() as session:
        mine = update(UploadRow).where(UploadRow.workspace_id != tenant.workspace_id, UploadRow.expires_at.is_not(None))
        session.execute(mine.values(expires_at=later + timedelta(hours=1)))
        assert uploads.delete_expired(session, later) == 1
        assert session.scalar(select(func.count()).where(UploadRow.workspace_id == tenant.workspace_id)) == 1
    assert_problem(tenant.client.get(f"/v1/uploads/{unused}"), 404)
    assert_problem(tenant.client.delete(f"/v1/uploads/{used}"), 409)


def test_an_upload_over_a_limit_is_refused_with_the_limit(tenant: Tenant) -> None:
    too_large = tenant.client.post("/v1/uploads", json={"size": 2**34 + 1})
    assert "17,179,869,184" in assert_problem(too_large, 413)["detail"]
    for _ in range(4):
        assert tenant.client.post("/v1/uploads", json={"size": 2**34}).status_code == 201
    over = assert_problem(tenant.client.post("/v1/uploads", json={"size": 1}), 429)
    assert over["code"] == "quota_bytes"
