"""`/v1/datasets/{dataset}/augmented`: what augmentation does to the images of a data set."""

from functools import partial
from typing import Annotated, Any

from fastapi import Path, Request, Response

from api.auth.dependencies import CallerDep
from api.auth.routers import keyed_router
from api.http import parsing
from api.http.parameters import DatasetKey
from api.http.request_body import JsonBody
from api.http.responses import NO_STORE
from api.openapi.responses import body_of, problems
from api.routes.answering import UNANSWERED, PreferHeader, answer_to
from api.services import augmented
from api.state import StateDep
from gradus.wire.augmented import AugmentedRequest
from hub.questions.questions import Outcome

router = keyed_router("data sets")

PNG = "image/png"
_SHEET: dict[int | str, dict[str, Any]] = {
    200: {"description": "The contact sheet.", "content": {PNG: {"schema": {"type": "string", "format": "binary"}}}}
}
_EXAMPLES = {"two words": {"value": {"augment": ["shift", {"kind": "rotate", "degrees": 15}], "examples": 4}}}
PreviewId = Annotated[str, Path(description="The id of the preview, `aug_…`.")]


@router.post(
    "/v1/datasets/{dataset}/augmented",
    response_class=Response,
    responses={**_SHEET, **UNANSWERED, **problems(404, 409, 413, 415, 422)},
    openapi_extra=body_of("AugmentedRequestInput", _EXAMPLES),
)
async def preview_augmentation(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    body: JsonBody,
    prefer: PreferHeader = None,
) -> Response:
    """A contact sheet of what `augment` does to training images, with the default split: a row for each example, first
    the original image, then the image as a run with this `seed` sees it in each of the epochs."""
    wanted = parsing.read(body, AugmentedRequest)
    ask = partial(augmented.ask, state.hub, caller.workspace_id, dataset, wanted)
    here = request.url.path
    return await answer_to(request, state, caller, ask, prefer, location=lambda one: f"{here}/{one}", use=_sheet)


@router.get(
    "/v1/datasets/{dataset}/augmented/{preview}",
    response_class=Response,
    responses={**_SHEET, **UNANSWERED, **problems(404, 409, 413)},
)
async def get_augmentation_preview(
    request: Request,
    state: StateDep,
    caller: CallerDep,
    dataset: DatasetKey,
    preview: PreviewId,
    prefer: PreferHeader = None,
) -> Response:
    """A contact sheet that was requested before."""
    ask = partial(augmented.check, state.hub, caller.workspace_id, dataset, preview)
    return await answer_to(request, state, caller, ask, prefer, use=_sheet)


def _sheet(found: Outcome) -> Response:
    return Response(augmented.sheet(found), headers=NO_STORE, media_type=PNG)
