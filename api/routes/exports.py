"""`/v1/experiments/{id}/export/{file}`: download a trained network."""

from typing import Annotated, Any
from urllib.parse import quote

from anyio.to_thread import run_sync
from fastapi import Header, Path, Response
from fastapi import Query as InQuery

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import etags
from api.http.parameters import ExperimentId, Query
from api.openapi.responses import header, problems
from api.services import exports
from api.state import StateDep
from gradus.wire.prediction import Epoch

router = keyed_router("predictions")

_ETAG = {
    "ETag": header(
        "The digest of the checkpoint, `sha256:…`; for a card, `run.py` or a bundle, followed by a digest of "
        "everything else in it."
    )
}
_CONTENT: dict[str, Any] = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    "application/json": {"schema": {"type": "object"}},
    "application/zip": {"schema": {"type": "string", "format": "binary"}},
    "text/markdown": {"schema": {"type": "string"}},
    "text/x-python": {"schema": {"type": "string"}},
}


class ExportQuery(Query):
    """Query parameters of exports."""

    epoch: Epoch = "best"
    """The weights: `best`, `last`, or the number of an epoch whose checkpoint was kept."""


@router.get(
    "/v1/experiments/{experiment_id}/export/{file}",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": _CONTENT, "headers": _ETAG},
        304: {"description": "The client has this file.", "headers": _ETAG},
        **problems(404, 409),
    },
)
async def export(
    state: StateDep,
    caller: CallerDep,
    experiment_id: ExperimentId,
    file: Annotated[str, Path(description="The file's name.", examples=["model.onnx"])],
    query: Annotated[ExportQuery, InQuery()],
    if_none_match: Annotated[list[str] | None, Header(description="ETags of the files that the client has.")] = None,
) -> Response:
    """A trained network as a file: `model.onnx` takes raw columns and answers with predictions, in any ONNX runtime;
    `weights.safetensors` has the named weights; `preprocessing.json` has the steps from a row to the network's inputs;
    `card.md` is a model card; `run.py` repeats the training with torch and numpy alone; `bundle.zip` has all of them,
    and rows to check the model by."""

    def make() -> Response:
        hub, workspace_id = state.hub, caller.workspace_id
        tag = f'"{exports.tag(hub, workspace_id, experiment_id, file, query.epoch)}"'
        if etags.none_match(if_none_match or (), tag):
            return Response(status_code=304, headers={"ETag": tag})
        found = exports.export(hub, workspace_id, experiment_id, file, query.epoch)
        headers = {
            "ETag": f'"{found.tag}"',
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file, safe='')}",
        }
        return Response(found.content, 200, headers, found.media_type)

    return await run_sync(make, limiter=state.large_reads)
