"""Liveness, readiness and Prometheus metrics, for operators."""

from fastapi import Response

from api.auth.dependencies import Operator
from api.auth.routers import open_router
from api.http.responses import NO_STORE, answer
from api.openapi.responses import GUARDED, OPEN
from api.prometheus import CONTENT_TYPE
from api.services import system
from api.state import StateDep
from gradus.wire.system import Health

router = open_router("operation", {})


@router.get("/healthz", response_model=Health, openapi_extra=OPEN)
async def liveness() -> Response:
    """Whether the process answers. It checks no dependency."""
    return answer(Health(status="ok"), headers=NO_STORE)


@router.get(
    "/readyz",
    response_model=Health,
    responses={
        503: {"model": Health, "description": "A dependency is down. The response says which, and what the effect is."}
    },
    openapi_extra=OPEN,
)
def readiness(state: StateDep) -> Response:
    """Whether all dependencies answer. While only Redis is down, everything can still be read."""
    health = system.readiness(state.hub)
    return answer(health, 200 if health.status == "ok" else 503, NO_STORE)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **GUARDED},
)
def prometheus(state: StateDep, _: Operator) -> Response:
    """Requests, experiments, queue, workers and streams of the whole service, in Prometheus' text format."""
    found = system.population(state.hub)
    state.prometheus.set_usage(found.workers, found.runs)
    text = state.prometheus.exposition(
        found.experiments, system.waiting_jobs(state.hub), len(found.workers), state.broadcaster.subscribers
    )
    return Response(text, headers=NO_STORE, media_type=CONTENT_TYPE)
