"""`/v1/probes`: what a spec will do, before it is queued."""

from functools import partial
from typing import Annotated

from fastapi import Path, Request, Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.request_body import JsonBody
from api.openapi.responses import body_of, problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to
from api.services import probes, spec_reading
from api.state import StateDep
from gradus.spec.experiment import Spec
from gradus.wire.probe import Probe

router = keyed_router("experiments")

ProbeId = Annotated[str, Path(description="The probe's id, `prb_…`.")]
_EXAMPLES = {
    "five sigmoid layers": {
        "value": {
            "dataset": "mnist",
            "layers": [100, 100, 100, 100, 100],
            "activation": "sigmoid",
            "optimizer": {"kind": "sgd", "lr": 0.01},
        }
    }
}


@router.post(
    "/v1/probes",
    response_model=Probe,
    responses={**UNANSWERED, **problems(409, 413, 415, 422)},
    openapi_extra=body_of("SpecInput", _EXAMPLES),
)
async def create_probe(
    request: Request, state: StateDep, caller: CallerDep, body: JsonBody, prefer: PreferHeader = None
) -> Response:
    """Probe a spec before it is queued: the statistics of its data and of its initial network, layer by layer; how far
    a first step goes at each of five learning rates, and which rates can work; twenty steps on one batch; three more
    seeds; the findings that can be seen at the start, with patches whose effect was measured; and a verdict. A probe
    needs no training slot. The same spec always has the same probe."""

    def ask() -> str:
        spec = spec_reading.read(state.hub, caller.workspace_id, body, Spec)
        return probes.ask(state.hub, caller.workspace_id, spec)

    return await answer_to(request, state, caller, ask, prefer, location=_path)


@router.get("/v1/probes/{probe_id}", response_model=Probe, responses={**UNANSWERED, **problems(404, 409, 413)})
async def get_probe(
    request: Request, state: StateDep, caller: CallerDep, probe_id: ProbeId, prefer: PreferHeader = None
) -> Response:
    """A probe that took longer than its request waited, or an earlier one. Probes are deleted after a week."""
    ask = partial(probes.check, state.hub, caller.workspace_id, probe_id)
    return await answer_to(request, state, caller, ask, prefer, location=_path)


def _path(probe_id: str) -> str:
    return f"/v1/probes/{probe_id}"
