"""What a worker learns of a job when it claims it, and what the claim records."""

import json

import pytest

from gradus.spec.device import CpuThreads
from gradus.status import EventKind
from hub.experiments import events
from hub.hub import Hub
from hub.jobs import claims
from hub.jobs.device_request import DeviceRequest
from hub.tables import ExperimentRow, JobRow
from tests.integration.hub.work import submit

WIDE = {"layers": [32], "batch_size": 100}
WORK = 3 * 100 * (64 * 32 + 32 * 10)
"""Multiplications of a step: one forward pass, and a backward pass of twice as many."""


def requested(hub: Hub, row: ExperimentRow, name: str) -> tuple[DeviceRequest, str]:
    """The request that a worker gets when it chooses the device of a job, and the device of the claim, which is the
    `name` that the worker chose."""
    heard: list[DeviceRequest] = []

    def choose(request: DeviceRequest) -> str:
        heard.append(request)
        return name

    with hub.write() as session:
        claimed = claims.claim(session, row.job_id, "worker", choose)
    assert claimed is not None
    with hub.read() as session:
        assert session.get_one(ExperimentRow, row.id).device == claimed.device
    (one,) = heard
    return one, claimed.device


def test_a_claim_tells_the_work_of_a_step_and_who_waits(hub: Hub) -> None:
    first, *_ = (submit(hub, **WIDE) for _ in range(3))
    assert requested(hub, first, "cpu:2") == (DeviceRequest("auto", None, WORK, 2), "cpu:2")


def test_a_claim_tells_the_threads_that_the_spec_asks_for(hub: Hub) -> None:
    row = submit(hub, **WIDE, device=CpuThreads(threads=5))
    assert requested(hub, row, "cpu:5")[0].wish == CpuThreads(threads=5)
    with hub.read() as session:
        assert session.get_one(JobRow, row.job_id).device == "cpu", "its queue"


@pytest.mark.parametrize(("given", "said"), [(5, []), (2, ["trains with 2 of the 5 threads that it asks for"])])
def test_a_worker_with_fewer_cores_says_so_in_the_log(hub: Hub, given: int, said: list[str]) -> None:
    row = submit(hub, **WIDE, device=CpuThreads(threads=5))
    requested(hub, row, f"cpu:{given}")
    with hub.read() as session:
        lines = [e for e in events.of_experiment(session, row.id, after=0, limit=100) if e.kind == EventKind.LOG]
    assert [json.loads(line.data)["message"].partition(":")[0] for line in lines] == said


def test_a_resumed_job_tells_where_it_was_trained(hub: Hub) -> None:
    row = submit(hub, **WIDE)
    requested(hub, row, "cpu:3")
    with hub.write() as session:
        job = session.get_one(JobRow, row.job_id)
        job.owner = job.lease_until = None
    assert requested(hub, row, "cpu:3")[0].before == "cpu:3"
