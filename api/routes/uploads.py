"""`/v1/uploads`: large files in numbered parts."""

from typing import Annotated

from fastapi import Header, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.file_body import file_body
from api.http.parameters import IdempotencyKey
from api.http.request_body import JsonBody
from api.http.responses import NO_STORE, answer, repeatable
from api.openapi.responses import REPLAYED, body_of, file_of, header, problems
from api.services import uploads
from api.state import StateDep
from gradus.wire.upload import UploadRecord, UploadRequest
from hub import idempotency

router = keyed_router("data sets")

_EXAMPLES = {"a large file": {"value": {"size": 1_073_741_824}}}
UploadId = Annotated[str, Path(description="The upload's id, `upl_…`.", examples=["upl_01kap3v8n0c2q5w8z1t4y7b0df"])]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="Number of the part, from 1.")]


@router.post(
    "/v1/uploads",
    status_code=201,
    response_model=UploadRecord,
    response_description="Send the parts now.",
    responses={
        201: {"headers": {"Location": header("The upload's path."), **REPLAYED}},
        **problems(409, 413, 415, 422),
    },
    openapi_extra=body_of("UploadRequest", _EXAMPLES),
)
def create_upload(
    state: StateDep, caller: CallerDep, body: JsonBody, idempotency_key: IdempotencyKey = None
) -> Response:
    """Begin an upload of a large file. It expires after a day unless a data set is made from it."""
    wanted = parsing.read(body, UploadRequest)
    once = idempotency.repeatable(caller.workspace_id, idempotency_key, "/v1/uploads", wanted.model_dump_json())
    outcome = uploads.create(state.hub, caller.workspace_id, wanted, once)
    return repeatable(outcome, 201, f"/v1/uploads/{outcome.id}")


@router.put(
    "/v1/uploads/{upload_id}/parts/{number}",
    status_code=204,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=file_of("application/octet-stream"),
)
async def put_part(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    upload_id: UploadId,
    number: Number,
    content_digest: Annotated[  # noqa: ARG001 (read with the body)
        str | None, Header(description="`sha-256=:BASE64:` (RFC 9530): the part is refused if it has another digest.")
    ] = None,
) -> Response:
    """Send one part. Parts may be sent in any order and in parallel. Sending the same part again has no effect."""
    size = await run_in_threadpool(uploads.expected_part, state.hub, caller.workspace_id, upload_id, number)
    folder = state.hub.settings.incoming
    async with file_body(request, size, f"the size of part {number}", folder) as body:
        await run_in_threadpool(uploads.receive, state.hub, caller.workspace_id, upload_id, number, body)
    return Response(status_code=204)


@router.get("/v1/uploads/{upload_id}", response_model=UploadRecord, responses=problems(404))
def get_upload(state: StateDep, caller: CallerDep, upload_id: UploadId) -> Response:
    """An upload: which parts have arrived."""
    return answer(uploads.get(state.hub, caller.workspace_id, upload_id), headers=NO_STORE)


@router.delete("/v1/uploads/{upload_id}", status_code=204, responses=problems(404, 409))
def delete_upload(state: StateDep, caller: CallerDep, upload_id: UploadId) -> Response:
    """Delete an upload that no data set uses."""
    uploads.remove(state.hub, caller.workspace_id, upload_id)
    return Response(status_code=204)
