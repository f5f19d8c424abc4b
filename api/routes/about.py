"""Data sets, catalog and system."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.auth.dependencies import CallerDep
from api.http.responses import answer
from api.openapi.responses import GUARDED, problems
from api.services import datasets, system
from api.state import StateDep
from gradus.catalog import catalog
from gradus.wire.catalog import Catalog
from gradus.wire.dataset import DatasetPage, DatasetRecord
from gradus.wire.system import SystemRecord

router = APIRouter(tags=["about"], responses=GUARDED)


@router.get("/v1/datasets", response_model=DatasetPage)
def list_datasets(state: StateDep) -> Response:
    """All data sets that a spec can name."""
    return answer(datasets.page(state.hub.settings.dataset_dirs))


@router.get("/v1/datasets/{name}", response_model=DatasetRecord, responses=problems(404))
def get_dataset(state: StateDep, name: Annotated[str, Path(examples=["mnist"])]) -> Response:
    """One data set: sizes, shapes, classes, and whether its files are available."""
    return answer(datasets.get(name, state.hub.settings.dataset_dirs))


@router.get("/v1/catalog", response_model=Catalog)
def get_catalog() -> Response:
    """All kinds of layers, initializers, optimizers and so on, with formulas and JSON Schemas."""
    return answer(catalog())


@router.get("/v1/system", response_model=SystemRecord)
def get_system(state: StateDep, caller: CallerDep) -> Response:
    """Version, live workers, devices, queue depth, limits."""
    return answer(system.system(state.hub, caller.workspace_id))
