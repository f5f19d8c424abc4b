"""Examinations of versions for a new target: when they are queued, and in which order."""

from hub.hub import Hub
from hub.jobs.reconciler import reconcile
from tests.integration.datasets.conftest import Tenant
from tests.integration.datasets.readers import CSV, claimed, finish, version_of


def ready(tenant: Tenant, versions: int) -> tuple[str, list[str]]:
    """The id of a data set with this number of versions, and the ids of the versions."""
    made = tenant.client.post("/v1/datasets?name=churn", content=CSV, headers={"Content-Type": "text/csv"}).json()
    ids = []
    for number in range(1, versions + 1):
        if number > 1:
            assert tenant.client.post("/v1/datasets/churn/versions", json={}).status_code == 201
        ids.append(version_of(tenant.hub, made["id"], number))
        finish(tenant.hub, claimed(tenant.hub, ids[-1]))
    queued(tenant.hub)
    return made["id"], ids


def queued(hub: Hub) -> list[str]:
    """Take all messages from the queue, in the order in which workers would."""
    hub.flush()
    found = []
    while one := hub.queue.next_reading(0.1):
        found.append(one)
    return found


def test_another_target_has_the_newest_version_examined_and_others_once_when_they_are_asked_for(tenant: Tenant) -> None:
    _, (first, second, newest) = ready(tenant, 3)
    client = tenant.client
    assert client.patch("/v1/datasets/churn", json={"target": "exited"}).status_code == 200
    assert queued(tenant.hub) == [newest]
    for _ in range(2):
        assert client.get("/v1/datasets/churn/findings?version=2").status_code == 200
    assert client.get("/v1/datasets/churn/statistics?version=1").status_code == 404  # not computed, yet asked for
    assert client.get("/v1/datasets/churn/findings").status_code == 200
    assert queued(tenant.hub) == [second, first]
    assert client.patch("/v1/datasets/churn", json={"target": None}).status_code == 200
    assert queued(tenant.hub) == [newest], "those that wait are examined for the target that there is then"


def test_files_are_read_before_tables_are_examined(tenant: Tenant) -> None:
    dataset, (version,) = ready(tenant, 1)
    assert tenant.client.patch("/v1/datasets/churn", json={"target": "exited"}).status_code == 200
    tenant.hub.flush()
    assert tenant.client.post("/v1/datasets/churn/versions", json={}).status_code == 201
    assert queued(tenant.hub) == [version_of(tenant.hub, dataset, 2), version]
    assert reconcile(tenant.hub, "wrk_1") == 0, "messages were sent a moment ago"
