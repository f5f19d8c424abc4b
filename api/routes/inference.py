"""`/v2`: trained networks by the Open Inference Protocol, for clients of other servers."""

from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Header, Path, Request, Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http.bytes_body import BodyThreads, with_bytes
from api.http.responses import JSON, answer
from api.limits import PREDICT_BYTES
from api.openapi.responses import problems
from api.services import inference
from api.state import AppState, StateDep
from gradus.errors import BadRequest
from gradus.wire.inference import InferAnswer, ModelMetadata, ModelReady
from hub.access.keys import Caller

router = keyed_router("inference")

DOCUMENT_BYTES = "Inference-Header-Content-Length"
"""The header with the number of bytes of a body that are its document; binary tensors follow."""
DocumentBytes = Annotated[
    str | None,
    Header(alias=DOCUMENT_BYTES.lower(), description="Bytes of the document at the start of the body; tensors follow."),
]
BYTES = "application/octet-stream"
Model = Annotated[str, Path(description="The experiment's id.")]
Version = Annotated[str, Path(description="`best`, `last`, or the number of an epoch whose checkpoint was kept.")]
_FILE = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {JSON: {"schema": {"$ref": "#/components/schemas/InferRequest"}}, BYTES: {"schema": _FILE}},
    }
}
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {BYTES: {"schema": _FILE}}},
    **problems(404, 409, 413, 415, 422),
}


@router.get("/v2/models/{model}", response_model=ModelMetadata, responses=problems(404, 409, 413))
async def describe_model(state: StateDep, caller: CallerDep, model: Model) -> Response:
    """The inputs and outputs of an experiment's network: a tensor for each column, as in its `model.onnx`."""
    return await _described(state, caller, model, None)


@router.get("/v2/models/{model}/versions/{version}", response_model=ModelMetadata, responses=problems(404, 409, 413))
async def describe_version(state: StateDep, caller: CallerDep, model: Model, version: Version) -> Response:
    """The inputs and outputs of the network of an epoch."""
    return await _described(state, caller, model, version)


@router.get("/v2/models/{model}/ready", response_model=ModelReady, responses=problems(404, 409, 413))
async def check_model(state: StateDep, caller: CallerDep, model: Model) -> Response:
    """Whether the network of an experiment can predict."""
    await _described(state, caller, model, None)
    return answer(ModelReady(name=model, ready=True))


@router.get("/v2/models/{model}/versions/{version}/ready", response_model=ModelReady, responses=problems(404, 409, 413))
async def check_version(state: StateDep, caller: CallerDep, model: Model, version: Version) -> Response:
    """Whether the network of an epoch can predict."""
    await _described(state, caller, model, version)
    return answer(ModelReady(name=model, ready=True))


@router.post("/v2/models/{model}/infer", response_model=InferAnswer, responses=_ANSWER, openapi_extra=_BODY)
async def infer(
    request: Request, state: StateDep, caller: CallerDep, model: Model, document_bytes: DocumentBytes = None
) -> Response:
    """Predict with the network of an experiment's best epoch. Tensors are lists in the document, or bytes after it;
    with bytes, the header `Inference-Header-Content-Length` gives the length of the document."""
    return await _inferred(request, state, caller, (model, None), document_bytes)


@router.post(
    "/v2/models/{model}/versions/{version}/infer", response_model=InferAnswer, responses=_ANSWER, openapi_extra=_BODY
)
async def infer_version(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    model: Model,
    version: Version,
    document_bytes: DocumentBytes = None,
) -> Response:
    """Predict with the network of an epoch."""
    return await _inferred(request, state, caller, (model, version), document_bytes)


async def _described(state: AppState, caller: Caller, model: str, version: str | None) -> Response:
    epoch = inference.epoch_of(version)
    hub, models, workspace_id = state.hub, state.models, caller.workspace_id
    return answer(
        await run_sync(inference.metadata, hub, models, workspace_id, model, epoch, limiter=state.large_reads)
    )


async def _inferred(
    request: Request, state: AppState, caller: Caller, named: tuple[str, str | None], document_bytes: str | None
) -> Response:
    model, version = named
    epoch, size = inference.epoch_of(version), _size(document_bytes)

    def use(body: bytes) -> Response:
        content, document = inference.infer(state.hub, state.models, caller.workspace_id, model, epoch, body, size)
        if document is None:
            return Response(content, media_type=JSON)
        return Response(content, media_type=BYTES, headers={DOCUMENT_BYTES: str(document)})

    folder = state.hub.settings.data_dir / "incoming"
    threads = BodyThreads(state.predictions, state.large_reads)
    return await with_bytes(request, PREDICT_BYTES, "the limit for predictions", folder, threads, use)


def _size(given: str | None) -> int | None:
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 12):
        raise BadRequest(f"{DOCUMENT_BYTES}: must be a number of bytes", code="invalid_parameter")
    return int(given)
