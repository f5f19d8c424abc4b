"""What a worker learns of a job when it claims it, and what the claim records."""

from gradus.spec.device import CpuThreads
from hub.hub import Hub
from hub.jobs import claims
from hub.jobs.device_request import DeviceRequest
from hub.tables import ExperimentRow, JobRow
from tests.integration.hub.work import submit

WIDE = {"layers": [32], "batch_size": 100}
WORK = 3 * 100 * (64 * 32 + 32 * 10)
"""Forward, and twice as much backward."""


def requested(hub: Hub, row: ExperimentRow, name: str) -> tuple[DeviceRequest, str]:
    """What is asked of a worker that answers with a name, and the device of the claim."""
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


def test_a_resumed_job_tells_where_it_was_trained(hub: Hub) -> None:
    row = submit(hub, **WIDE)
    requested(hub, row, "cpu:3")
    with hub.write() as session:
        job = session.get_one(JobRow, row.job_id)
        job.owner = job.lease_until = None
    assert requested(hub, row, "cpu:3")[0].before == "cpu:3"
