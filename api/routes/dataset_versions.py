"""`/v1/datasets/{dataset}/versions`: add a version, read one."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import Header, Request, Response
from fastapi import Query as InQuery
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.file_body import file_body
from api.http.file_types import check_beginning, file_type
from api.http.parameters import DatasetKey, IdempotencyKey, VersionNumber
from api.http.request_body import is_json, json_body
from api.http.responses import answer, headers_of, repeatable
from api.limits import FILE_BYTES
from api.openapi.responses import body_of, file_of, problems
from api.routes.file_query import LIMIT, FileQuery
from api.routes.waiting import created_headers, wait_for_end
from api.services import dataset_creation, datasets
from api.services.idempotency import Outcome
from api.state import StateDep
from gradus.wire.dataset import DatasetRecord, VersionRecord
from gradus.wire.dataset_request import VersionRequest
from hub import idempotency
from hub.datasets.datasets import File
from hub.hub import Hub
from hub.idempotency import Repeatable

router = keyed_router("data sets")

_VERSIONS = {"other options": {"value": {"parse": {"kind": "csv", "ragged": "pad"}}}}


@router.post(
    "/v1/datasets/{dataset}/versions",
    status_code=201,
    response_model=VersionRecord,
    response_description="The version is stored; a worker reads it.",
    responses={201: {"headers": created_headers("The version's path.")}, **problems(404, 409, 413, 415, 422)},
    openapi_extra=file_of("text/csv", body_of("VersionRequest", _VERSIONS)),
)
async def create_version(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    query: Annotated[FileQuery, InQuery()],
    idempotency_key: IdempotencyKey = None,
    prefer: Annotated[
        list[str] | None,
        Header(description="`wait=N`: respond when the version has been read, or after N s (30, ≤ 60)."),
    ] = None,
) -> Response:
    """Add a version: with other options for the same files, from other uploads, or from a file in the body."""
    one = await run_in_threadpool(datasets.get, state.hub, caller.workspace_id, dataset)
    adding = _Adding(state.hub, caller.workspace_id, one, idempotency_key)
    outcome = await (adding.from_uploads(request) if is_json(request) else adding.from_body(request, query))
    number = json.loads(outcome.answer)["number"]
    location = f"/v1/datasets/{one.id}/versions/{number}"
    read = partial(datasets.get_version, state.hub, caller.workspace_id, one.id, number)
    waited = await wait_for_end(request, state, caller, one.id, lambda: read().status != "reading", prefer)
    if not waited:
        return repeatable(outcome, 201, location)
    return answer(await run_in_threadpool(read), 201, {**headers_of(outcome, location), **waited})


@dataclass(frozen=True)
class _Adding:
    """A request that adds a version."""

    hub: Hub
    workspace_id: str
    dataset: DatasetRecord
    key: str | None

    async def from_uploads(self, request: Request) -> Outcome:
        wanted = await run_in_threadpool(parsing.read, await json_body(request), VersionRequest)
        dataset_creation.check_parse(wanted.parse or {})
        once = self._once(wanted.model_dump_json())
        return await self._add(dataset_creation.version_from_uploads, wanted, once)

    async def from_body(self, request: Request, query: FileQuery) -> Outcome:
        declared = file_type(request.headers.get("content-type", ""))
        parse, expected = query.options(declared), int(request.headers.get("content-length", "0")[:20])
        await run_in_threadpool(dataset_creation.check_room, self.hub, self.workspace_id, None, expected)
        async with file_body(request, FILE_BYTES, LIMIT, self.hub.settings.incoming) as body:
            check_beginning(body.beginning, declared)
            file = File("", query.file or f"{self.dataset.name}{declared.suffix}")
            once = self._once(file.name, json.dumps(parse), body.sha256)
            return await self._add(dataset_creation.version_from_body, file, body, parse, once)

    def _once(self, *parts: str) -> Repeatable | None:
        return idempotency.repeatable(self.workspace_id, self.key, f"/v1/datasets/{self.dataset.id}/versions", *parts)

    async def _add(self, add: Callable[..., Outcome], *args: object) -> Outcome:
        return await run_in_threadpool(add, self.hub, self.workspace_id, self.dataset.id, *args)


@router.get("/v1/datasets/{dataset}/versions/{number}", response_model=VersionRecord, responses=problems(404))
def get_version(state: StateDep, caller: CallerDep, dataset: DatasetKey, number: VersionNumber) -> Response:
    """One version: its files, how they were read, its columns."""
    return answer(datasets.get_version(state.hub, caller.workspace_id, dataset, number))
