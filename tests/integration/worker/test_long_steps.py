"""The progress of a long step: from the trainer's report to the logs of the runs that wait for it."""

from typing import cast

from gradus.wire.event import StepProgress
from hub.experiments import events
from hub.hub import Hub
from tests.integration.api.service import on_sqlite
from tests.integration.hub.work import claim, submit
from worker.job_run import JobRun
from worker.shutdown import Shutdown
from worker.trainer.protocol import REPORTS, StepReached, line
from worker.trainer_process import TrainerProcess


@on_sqlite
def test_what_a_trainer_reports_of_a_step_is_in_the_log(hub: Hub) -> None:
    row = submit(hub)
    step = StepProgress(what="downloading images.gz", done=1, total=4, unit="bytes")
    report = REPORTS.validate_json(line(StepReached(ids=(row.id,), step=step)))
    JobRun(hub, claim(hub, row), cast(TrainerProcess, None), Shutdown())._handle(report)
    with hub.read() as session:
        newest = events.of_experiment(session, row.id, 0, 10)[-1]
    assert (newest.kind, newest.data) == ("progress", step.model_dump_json())
