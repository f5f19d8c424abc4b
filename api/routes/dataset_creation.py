"""`POST /v1/datasets`: create a data set from a file or from uploads, or preview it."""

import json
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import Header, Request, Response
from fastapi import Query as InQuery
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.file_body import file_body
from api.http.file_types import check_beginning, file_type
from api.http.parameters import IdempotencyKey
from api.http.request_body import is_json, json_body
from api.http.responses import answer, headers_of, repeatable
from api.limits import FILE_BYTES
from api.openapi.responses import body_of, file_of, problems
from api.routes.file_query import LIMIT, FileQuery
from api.routes.waiting import created_headers, wait_for_end
from api.services import dataset_creation, dataset_preview, datasets
from api.services.idempotency import Outcome
from api.state import AppState, StateDep
from gradus.errors import BadRequest
from gradus.spec.target import MAX_TARGETS, ColumnName
from gradus.wire.dataset import DatasetDryRun, DatasetRecord
from gradus.wire.dataset_request import DatasetName, DatasetRequest
from hub import idempotency
from hub.access.keys import Caller
from hub.datasets.datasets import Description, File

router = keyed_router("data sets")

_CREATED: dict[str, Any] = {
    "status_code": 201,
    "response_model": DatasetRecord,
    "response_description": "The data set is stored; a worker reads it.",
    "responses": {
        201: {"headers": created_headers("The data set's path.")},
        200: {"model": DatasetDryRun, "description": "The result of a dry run."},
        **problems(409, 413, 415, 422),
    },
}
_REQUESTS = {
    "two files": {
        "value": {
            "name": "adult",
            "files": [
                {"upload": "upl_01kap3v8n0c2q5w8z1t4y7b0df", "split": "train"},
                {"upload": "upl_01kap3v8n0c2q5w8z1t4y7b0dg", "split": "test"},
            ],
            "parse": {"kind": "csv", "header": False},
        }
    }
}


class CreateQuery(FileQuery):
    """Query parameters of `POST /v1/datasets` with a file as the body."""

    name: DatasetName | None = None
    """Name of the data set. Required with a file as the body."""
    target: Annotated[tuple[ColumnName, ...], Field(max_length=MAX_TARGETS)] = ()
    """The target of specs that name none. Repeat `target=…` for several columns."""
    dry_run: bool = False
    """Only read the first 4 MiB and show the result; store nothing."""

    def default_target(self) -> str | tuple[str, ...] | None:
        """The target: one column or several."""
        return self.target[0] if len(self.target) == 1 else self.target or None

    def described(self) -> Description:
        """The description of the data set.

        Raises:
            BadRequest: the name is missing.
        """
        if self.name is None:
            raise BadRequest("name: required, as in POST /v1/datasets?name=churn", code="invalid_parameter")
        return Description(self.name, target=self.default_target())


Prefer = Annotated[
    list[str] | None, Header(description="`wait=N`: respond when the data set has been read, or after N s (30, ≤ 60).")
]


@router.post("/v1/datasets", **_CREATED, openapi_extra=file_of("text/csv", body_of("DatasetRequest", _REQUESTS)))
async def create_dataset(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    query: Annotated[CreateQuery, InQuery()],
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response:
    """Create a data set: send the file as the body with `?name=`, or a JSON document that names uploads.

    `curl -T churn.csv '…/v1/datasets?name=churn'` sends the file with PUT, which means the same here.
    """
    if query.dry_run:
        return answer(await _preview(request, state, caller, query))
    if is_json(request):
        outcome = await _from_uploads(request, state, caller, query, idempotency_key)
    else:
        outcome = await _from_body(request, state, caller, query, idempotency_key)
    location = f"/v1/datasets/{outcome.id}"
    over = partial(datasets.over, state.hub, caller.workspace_id, outcome.id)
    waited = await wait_for_end(request, state, caller, outcome.id, over, prefer)
    if not waited:
        return repeatable(outcome, 201, location)
    record = await run_in_threadpool(datasets.get, state.hub, caller.workspace_id, outcome.id)
    return answer(record, 201, {**headers_of(outcome, location), **waited})


@router.put("/v1/datasets", **_CREATED, openapi_extra=file_of("text/csv"), name="put_dataset")
async def put_dataset(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    query: Annotated[CreateQuery, InQuery()],
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response:
    """Create a data set from the file in the body, as POST does. `curl -T` sends PUT."""
    return await create_dataset(request, state, caller, query, idempotency_key, prefer)


async def _preview(request: Request, state: AppState, caller: Caller, query: CreateQuery) -> DatasetDryRun:
    if is_json(request):
        wanted = await _wanted(request, query)
        of_uploads = partial(dataset_preview.of_uploads, state.hub, caller.workspace_id, wanted)
        return await to_thread.run_sync(of_uploads, limiter=state.large_reads)
    declared = file_type(request.headers.get("content-type", ""))
    parse, name = query.options(declared), query.file or f"{query.name or 'file'}{declared.suffix}"
    async with file_body(request, FILE_BYTES, LIMIT, state.hub.settings.incoming) as body:
        check_beginning(body.beginning, declared)
        of_body = partial(dataset_preview.of_body, state.hub, body.file, name, parse, query.default_target())
        return await to_thread.run_sync(of_body, limiter=state.large_reads)


async def _wanted(request: Request, query: CreateQuery) -> DatasetRequest:
    if query != CreateQuery(dry_run=query.dry_run):
        raise BadRequest("query parameters describe a file in the body: write them into the JSON document instead")
    wanted = await run_in_threadpool(parsing.read, await json_body(request), DatasetRequest)
    dataset_creation.check_parse(wanted.parse)
    return wanted


async def _from_uploads(
    request: Request, state: AppState, caller: Caller, query: CreateQuery, key: str | None
) -> Outcome:
    wanted = await _wanted(request, query)
    once = idempotency.repeatable(caller.workspace_id, key, "/v1/datasets", wanted.model_dump_json())
    return await run_in_threadpool(dataset_creation.from_uploads, state.hub, caller.workspace_id, wanted, once)


async def _from_body(request: Request, state: AppState, caller: Caller, query: CreateQuery, key: str | None) -> Outcome:
    declared = file_type(request.headers.get("content-type", ""))
    described, parse = query.described(), query.options(declared)
    expected = int(request.headers.get("content-length", "0")[:20])
    name = described.name if key is None else None  # with a key, the name may be taken by the first request
    await run_in_threadpool(dataset_creation.check_room, state.hub, caller.workspace_id, name, expected)
    async with file_body(request, FILE_BYTES, LIMIT, state.hub.settings.incoming) as body:
        check_beginning(body.beginning, declared)
        parts = ("/v1/datasets", query.model_dump_json(), json.dumps(parse), body.sha256)
        once = idempotency.repeatable(caller.workspace_id, key, *parts)
        file = File("", query.file or f"{described.name}{declared.suffix}")
        create = partial(dataset_creation.from_body, state.hub, caller.workspace_id, described, file, body, parse, once)
        return await run_in_threadpool(create)
