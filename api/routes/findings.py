"""`/v1/experiments/{id}/findings`: what is wrong with an experiment and its data."""

from fastapi import APIRouter, Response

from api.auth.dependencies import CallerDep
from api.http.parameters import ExperimentId
from api.http.responses import NO_STORE, answer
from api.openapi.responses import GUARDED, problems
from api.services import findings
from api.state import StateDep
from gradus.wire.finding import FindingPage

router = APIRouter(tags=["experiments"], responses=GUARDED)


@router.get("/v1/experiments/{experiment_id}/findings", response_model=FindingPage, responses=problems(404))
def get_findings(state: StateDep, caller: CallerDep, experiment_id: ExperimentId) -> Response:
    """What is wrong with an experiment, the gravest first: the severity, the measured evidence, why it matters, and
    changes of the spec that remove the cause. Findings about an uploaded data set, for the experiment's own target and
    parts, begin with `data_`; they are there before the first epoch."""
    return answer(findings.of_experiment(state.hub, caller.workspace_id, experiment_id), headers=NO_STORE)
