"""Long runs give their slot to waiting runs, and continue later with the same bits."""

import signal
from dataclasses import replace

from sqlalchemy import delete

from gradus.status import Status
from hub.hub import Hub
from hub.tables import WorkerRow
from tests.integration.hub.work import submit
from tests.integration.worker.conftest import StartWorker
from tests.integration.worker.processes import TIMED, lines, read, rows, until, wait_for_epoch, wait_for_the_end
from worker.job_run import TURN_REASON

ENDLESS = {"layers": [64, 32], "dropout": 0.2, "epochs": 10_000}


def turns_of(hub: Hub, experiment_id: str) -> int:
    """How often the run has given its slot to another one."""
    return sum(TURN_REASON in line for line in lines(hub, experiment_id))


def test_long_runs_take_turns_with_others_also_when_their_worker_is_killed(hub: Hub, start_worker: StartWorker) -> None:
    hub.settings = replace(hub.settings, turn_seconds=1.0)
    worker = start_worker()
    one, two, short = submit(hub, **ENDLESS), submit(hub, **ENDLESS), submit(hub, layers=[4], epochs=1)
    assert wait_for_the_end(hub, short.id).status is Status.SUCCEEDED
    assert [turns_of(hub, row.id) for row in (one, two)] == [1, 1]
    until(lambda: read(hub, one.id).status is Status.RUNNING)
    worker.send(signal.SIGKILL)
    with hub.write() as session:  # else its slot counts as free for a quarter of a minute
        session.execute(delete(WorkerRow))
    start_worker()
    until(lambda: turns_of(hub, two.id) >= 2)
    wait_for_epoch(hub, one.id, read(hub, one.id).progress.epoch + 1)
    assert (read(hub, one.id).peak_memory_bytes or 0) > 2**20
    told = [[row.model_dump_json(exclude=set(TIMED)) for row in rows(hub, each.id)] for each in (one, two)]
    both = min(map(len, told))
    assert told[0][:both] == told[1][:both], "the same bits, wherever they were interrupted"
