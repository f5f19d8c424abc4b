"""`/v1/datasets`: list, read, change, delete."""

from typing import Annotated, Literal

from fastapi import Query as InQuery
from fastapi import Response
from pydantic import Field

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.parameters import DatasetKey, Query, Text
from api.http.request_body import JsonBody
from api.http.responses import answer
from api.limits import PAGE_SIZE
from api.openapi.responses import body_of, problems
from api.services import datasets
from api.state import StateDep
from gradus.wire.dataset import DatasetPage, DatasetRecord
from gradus.wire.dataset_request import DatasetPatch
from hub.datasets.datasets import Filter

router = keyed_router("data sets")

_CHANGES = {"rename it": {"value": {"name": "churn 2026", "target": "exited"}}}


class ListQuery(Query):
    """Query parameters of `GET /v1/datasets`."""

    status: Annotated[tuple[Literal["reading", "ready", "failed"], ...], Field(max_length=3)] = ()
    """Only data sets with this status. Repeat `status=…` for several."""
    tag: Text | None = None
    """Only data sets with this tag."""
    q: Text | None = None
    """Only data sets with this text in their name, notes or id, ignoring case."""
    limit: Annotated[int, Field(ge=1, le=PAGE_SIZE)] = 50
    """Page size."""
    cursor: Annotated[str, Field(max_length=1000)] | None = None
    """The previous page's `next_cursor`."""


@router.get("/v1/datasets", response_model=DatasetPage)
def list_datasets(state: StateDep, caller: CallerDep, query: Annotated[ListQuery, InQuery()]) -> Response:
    """Data sets, newest first; the built-in ones come last."""
    shown = Filter(tuple(dict.fromkeys(query.status)), query.tag, query.q)
    return answer(datasets.page(state.hub, caller.workspace_id, shown, query.cursor, query.limit))


@router.get("/v1/datasets/{dataset}", response_model=DatasetRecord, responses=problems(404))
def get_dataset(state: StateDep, caller: CallerDep, dataset: DatasetKey) -> Response:
    """One data set: its columns and how their types were decided, its versions; or shapes and classes if built in."""
    return answer(datasets.get(state.hub, caller.workspace_id, dataset))


@router.patch(
    "/v1/datasets/{dataset}",
    response_model=DatasetRecord,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=body_of("DatasetPatch", _CHANGES),
)
def change_dataset(state: StateDep, caller: CallerDep, dataset: DatasetKey, body: JsonBody) -> Response:
    """Change the name, tags, notes or target. Omitted keys keep their values."""
    changes = parsing.read_changes(body, DatasetPatch, nullable={"target"})
    return answer(datasets.patch(state.hub, caller.workspace_id, dataset, changes))


@router.delete("/v1/datasets/{dataset}", status_code=204, responses=problems(404, 409))
def delete_dataset(state: StateDep, caller: CallerDep, dataset: DatasetKey) -> Response:
    """Delete a data set with its versions and files. Finished experiments keep their results."""
    datasets.remove(state.hub, caller.workspace_id, dataset)
    return Response(status_code=204)
