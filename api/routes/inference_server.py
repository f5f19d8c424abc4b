"""`/v2` and `/v2/health`: the server by the Open Inference Protocol. Clients and probes ask without a key."""

from fastapi import Response

from api.auth.routers import open_router
from api.http.responses import NO_STORE, answer
from api.openapi.responses import OPEN
from api.services import system
from api.state import StateDep
from gradus import __version__
from gradus.wire.inference import ServerLive, ServerMetadata, ServerReady

router = open_router("inference", {})


@router.get("/v2", response_model=ServerMetadata, openapi_extra=OPEN)
async def describe_server() -> Response:
    """What the server is."""
    return answer(ServerMetadata(name="gradus", version=__version__, extensions=("binary_tensor_data",)))


@router.get("/v2/health/live", response_model=ServerLive, openapi_extra=OPEN)
async def check_live() -> Response:
    """Whether the server answers."""
    return answer(ServerLive(live=True), headers=NO_STORE)


@router.get(
    "/v2/health/ready",
    response_model=ServerReady,
    responses={503: {"model": ServerReady, "description": "The database cannot be read: `/readyz` says why."}},
    openapi_extra=OPEN,
)
def check_ready(state: StateDep) -> Response:
    """Whether the server can predict."""
    ready = system.is_readable(state.hub)
    return answer(ServerReady(ready=ready), 200 if ready else 503, NO_STORE)
