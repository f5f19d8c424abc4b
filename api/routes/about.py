"""Catalog and system."""

from fastapi import Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.responses import answer
from api.services import system
from api.state import StateDep
from gradus.catalog import catalog
from gradus.wire.catalog import Catalog
from gradus.wire.system import SystemRecord

router = keyed_router("about")


@router.get("/v1/catalog", response_model=Catalog)
def get_catalog() -> Response:
    """All kinds of layers, initializers, optimizers and so on, with formulas and JSON Schemas."""
    return answer(catalog())


@router.get("/v1/system", response_model=SystemRecord)
def get_system(state: StateDep, caller: CallerDep) -> Response:
    """Version, live workers, devices, queue depth, limits."""
    return answer(system.system(state.hub, caller.workspace_id))
