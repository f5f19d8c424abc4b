"""`/v1/experiments/{id}/findings`: what is wrong with an experiment and its data, and the cures."""

from typing import Annotated, Any

from fastapi import Path, Response
from fastapi import Query as InQuery
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.parameters import ExperimentId, IdempotencyKey, Query
from api.http.request_body import OptionalJsonBody
from api.http.responses import NO_STORE, answer, repeatable
from api.openapi.responses import REPLAYED, WITH_EXPERIMENT, body_of, header, problems
from api.services import finding_cures, findings
from api.state import StateDep
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.finding import Finding, FindingPage
from gradus.wire.finding_request import ApplyRequest, VerifyRequest

router = keyed_router("experiments")

FindingName = Annotated[
    str,
    Path(
        description="The finding's id, `dead_relu`; where several have the id, with the layer or column: "
        "`dead_relu:layers/1`.",
        examples=["lr_too_high"],
        max_length=400,
    ),
]
_APPLIED: dict[str, Any] = {"the second patch": {"value": {"patch": 1}}}
_VERIFIED: dict[str, Any] = {"at most ten pairs": {"value": {"seeds": 10}}}


class FindingsQuery(Query):
    """Query parameters of `GET /v1/experiments/{id}/findings`."""

    suppress: Annotated[tuple[Annotated[str, Field(max_length=400)], ...], Field(max_length=100, strict=False)] = ()
    """Ids of findings to leave out; may be repeated. A tag of the experiment, `suppress:overfitting`, does the same for
    all requests."""


@router.get("/v1/experiments/{experiment_id}/findings", response_model=FindingPage, responses=problems(404))
def get_findings(
    state: StateDep, caller: CallerDep, experiment_id: ExperimentId, query: Annotated[FindingsQuery, InQuery()]
) -> Response:
    """What is wrong with an experiment, the root cause first: the severity, the measured evidence, why it matters,
    changes of the spec that remove the cause, and the results of their verification. Findings appear while the
    experiment trains. Findings about an uploaded data set, for the experiment's own target and splits, have ids that
    begin with `data_`; they appear before the first epoch."""
    suppressed = frozenset(query.suppress)
    return answer(findings.of_experiment(state.hub, caller.workspace_id, experiment_id, suppressed), headers=NO_STORE)


@router.post(
    "/v1/experiments/{experiment_id}/findings/{finding:path}/apply",
    status_code=201,
    response_model=ExperimentRecord,
    response_description="The new experiment.",
    responses={
        201: {"headers": {"Location": header("The new experiment's path."), **REPLAYED}, "links": WITH_EXPERIMENT},
        **problems(404, 409, 413, 415, 422),
    },
    openapi_extra=body_of("ApplyRequest", _APPLIED, required=False),
)
def apply_finding(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    finding: FindingName,
    body: OptionalJsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Create an experiment from this one with a patch of the finding: the first one, unless the body names another. It
    trains from the start."""
    request = parsing.read(body, ApplyRequest)
    outcome = finding_cures.apply(state.hub, caller.workspace_id, experiment_id, finding, request, idempotency_key)
    return repeatable(outcome, 201, f"/v1/experiments/{outcome.id}")


@router.post(
    "/v1/experiments/{experiment_id}/findings/{finding:path}/verify",
    status_code=202,
    response_model=Finding,
    response_description="The finding, with `verifying`, or with `verified` if the answer is known already.",
    responses={202: {"headers": REPLAYED}, **problems(404, 409, 413, 415, 422)},
    openapi_extra=body_of("VerifyRequest", _VERIFIED, required=False),
)
def verify_finding(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    finding: FindingName,
    body: OptionalJsonBody,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Verify a patch of the finding: train the spec with and without it, paired by seed, in a sweep. Training stops
    when the confidence interval of the gain excludes 0, after 3 pairs at the earliest; then the finding has `verified`,
    with the gain. A repeated request has no effect while the sweep trains; afterwards it has one only if it asks for
    more seeds."""
    request = parsing.read(body, VerifyRequest)
    outcome = finding_cures.verify(state.hub, caller.workspace_id, experiment_id, finding, request, idempotency_key)
    return repeatable(outcome, 202)
