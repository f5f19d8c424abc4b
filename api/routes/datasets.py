"""`/v1/datasets`: create, list, read, change, delete."""

import json
from functools import partial
from typing import Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Header, Request, Response
from fastapi import Query as InQuery
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.http import parsing
from api.http.disconnect import while_connected
from api.http.file_body import file_body
from api.http.file_types import FileType, check_beginning, file_type
from api.http.parameters import DatasetKey, IdempotencyKey, Query, Text, VersionNumber
from api.http.prefer_header import preferred_wait
from api.http.request_body import JsonBody, is_json, json_body
from api.http.responses import answer, headers_of, repeatable
from api.limits import FILE_BYTES, PAGE_SIZE
from api.openapi.responses import GUARDED, REPLAYED, body_of, file_of, header, problems
from api.services import dataset_creation, dataset_preview, datasets, following
from api.services.idempotency import Outcome
from api.state import AppState, StateDep
from api.streaming.open_requests import owner_of
from gradus.errors import BadRequest
from gradus.spec.target import MAX_TARGETS, ColumnName
from gradus.wire.dataset import DatasetDryRun, DatasetPage, DatasetRecord, VersionRecord
from gradus.wire.dataset_request import DatasetName, DatasetPatch, DatasetRequest, FileName, VersionRequest
from hub import idempotency
from hub.access.keys import Caller
from hub.datasets.datasets import Description, File, Filter

router = APIRouter(tags=["data sets"], responses=GUARDED)

_LIMIT = "the limit of a file in one body (send larger ones with POST /v1/uploads)"
_CREATED: dict[str, Any] = {
    "status_code": 201,
    "response_model": DatasetRecord,
    "response_description": "The data set is stored; a worker reads it.",
    "responses": {
        201: {
            "headers": {
                "Location": header("The data set's path."),
                **REPLAYED,
                "Preference-Applied": header("The wait that the service applied."),
            }
        },
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
_CHANGES = {"rename it": {"value": {"name": "churn 2026", "target": "exited"}}}
_VERSIONS = {"other options": {"value": {"parse": {"kind": "csv", "ragged": "pad"}}}}

ParseText = Annotated[str, Field(max_length=5_000)]


class FileQuery(Query):
    """Query parameters about a file in the body."""

    file: FileName | None = None
    """Name of the file; by default that of the data set with an ending by its media type."""
    parse: ParseText | None = None
    """JSON object: how to read the file. What is left out is guessed."""

    def options(self, declared: FileType) -> dict[str, Any]:
        """The options of `parse`, with those that the media type implies.

        Raises:
            BadRequest: it is not a JSON object.
            InvalidSpec: an option is unknown or has an invalid value.
        """
        given = {} if self.parse is None else parsing.parse(self.parse.encode())
        if not isinstance(given, dict):
            raise BadRequest("parse: must be a JSON object", code="invalid_parameter")
        options = {**declared.parse, **given}
        dataset_creation.check_parse(options)
        return options


class CreateQuery(FileQuery):
    """Query parameters of `POST /v1/datasets` with a file as the body."""

    name: DatasetName | None = None
    """Name of the data set. Required with a file as the body."""
    target: Annotated[tuple[ColumnName, ...], Field(max_length=MAX_TARGETS)] = ()
    """The target of specs that name none. Repeat `target=…` for several columns."""
    dry_run: bool = False
    """Only read the first 4 MiB and show what comes of it; store nothing."""

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


Prefer = Annotated[
    list[str] | None, Header(description="`wait=N`: respond when the data set has been read, or after N s (≤ 60).")
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
    location, seconds = f"/v1/datasets/{outcome.id}", preferred_wait(prefer or ())
    owner = owner_of(request, caller)
    if seconds and state.open_requests.has_room(owner):  # without room, respond at once: the data set is stored
        with state.open_requests.place(owner):
            record = await _when_read(request, state, caller, outcome.id, seconds)
        return answer(record, 201, {**headers_of(outcome, location), "Preference-Applied": f"wait={seconds}"})
    return repeatable(outcome, 201, location)


@router.put("/v1/datasets", **_CREATED, openapi_extra=file_of("text/csv"), name="put_dataset")
async def put_dataset(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    query: Annotated[CreateQuery, InQuery()],
    idempotency_key: IdempotencyKey = None,
    prefer: Prefer = None,
) -> Response:
    """Create a data set of the file in the body, as POST does. `curl -T` sends PUT."""
    return await create_dataset(request, state, caller, query, idempotency_key, prefer)


async def _preview(request: Request, state: AppState, caller: Caller, query: CreateQuery) -> DatasetDryRun:
    if is_json(request):
        wanted = await _wanted(request, query)
        of_uploads = partial(dataset_preview.of_uploads, state.hub, caller.workspace_id, wanted)
        return await to_thread.run_sync(of_uploads, limiter=state.large_reads)
    declared = file_type(request.headers.get("content-type", ""))
    parse, name = query.options(declared), query.file or f"{query.name or 'file'}{declared.suffix}"
    async with file_body(request, FILE_BYTES, _LIMIT, state.hub.settings.incoming) as body:
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
    async with file_body(request, FILE_BYTES, _LIMIT, state.hub.settings.incoming) as body:
        check_beginning(body.beginning, declared)
        parts = ("/v1/datasets", query.model_dump_json(), json.dumps(parse), body.sha256)
        once = idempotency.repeatable(caller.workspace_id, key, *parts)
        file = File("", query.file or f"{described.name}{declared.suffix}")
        create = partial(dataset_creation.from_body, state.hub, caller.workspace_id, described, file, body, parse, once)
        return await run_in_threadpool(create)


async def _when_read(
    request: Request, state: AppState, caller: Caller, dataset_id: str, seconds: float
) -> DatasetRecord:
    """The data set when it has been read, after `seconds`, or when the client has disconnected."""
    over = partial(state.short_reads.ask, datasets.over, state.hub, caller.workspace_id, dataset_id)
    wait = following.wait_until(state.broadcaster, dataset_id, following.END, seconds, over)
    await while_connected(request, wait)
    return await run_in_threadpool(datasets.get, state.hub, caller.workspace_id, dataset_id)


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


@router.post(
    "/v1/datasets/{dataset}/versions",
    status_code=201,
    response_model=VersionRecord,
    response_description="The version is stored; a worker reads it.",
    responses={201: {"headers": {"Location": header("The version's path.")}}, **problems(404, 409, 413, 415, 422)},
    openapi_extra=file_of("text/csv", body_of("VersionRequest", _VERSIONS)),
)
async def create_version(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    query: Annotated[FileQuery, InQuery()],
) -> Response:
    """Add a version: with other options for the same files, from other uploads, or from a file in the body."""
    one = await run_in_threadpool(datasets.get, state.hub, caller.workspace_id, dataset)
    if is_json(request):
        wanted = await run_in_threadpool(parsing.read, await json_body(request), VersionRequest)
        dataset_creation.check_parse(wanted.parse or {})
        add = partial(dataset_creation.version_from_uploads, state.hub, caller.workspace_id, one.id, wanted)
        return _added(one, await run_in_threadpool(add))
    declared = file_type(request.headers.get("content-type", ""))
    parse, expected = query.options(declared), int(request.headers.get("content-length", "0")[:20])
    await run_in_threadpool(dataset_creation.check_room, state.hub, caller.workspace_id, None, expected)
    async with file_body(request, FILE_BYTES, _LIMIT, state.hub.settings.incoming) as body:
        check_beginning(body.beginning, declared)
        file = File("", query.file or f"{one.name}{declared.suffix}")
        add = partial(dataset_creation.version_from_body, state.hub, caller.workspace_id, one.id, file, body, parse)
        return _added(one, await run_in_threadpool(add))


def _added(dataset: DatasetRecord, version: VersionRecord) -> Response:
    return answer(version, 201, {"Location": f"/v1/datasets/{dataset.id}/versions/{version.number}"})


@router.get("/v1/datasets/{dataset}/versions/{number}", response_model=VersionRecord, responses=problems(404))
def get_version(state: StateDep, caller: CallerDep, dataset: DatasetKey, number: VersionNumber) -> Response:
    """One version: its files, how they were read, its columns."""
    return answer(datasets.get_version(state.hub, caller.workspace_id, dataset, number))
