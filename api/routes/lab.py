"""`/v1/lab`: the demonstrations of the lecture."""

from typing import Annotated

from anyio import to_thread
from fastapi import Header, Path, Response

from api.auth.routers import keyed_router
from api.http.negotiation import choose
from api.http.request_body import OptionalJsonBody
from api.http.responses import JSON, answer
from api.openapi.responses import problems
from api.services import lab
from api.state import StateDep
from gradus.wire.lab import LabAnswer, LabPage

router = keyed_router("lab")

SVG = "image/svg+xml"
_SVG_POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
"""A picture contains its own style sheet."""
_BODY = {
    "requestBody": {
        "required": False,
        "description": "The demonstration's request, see `GET /v1/lab`; without a body, its defaults.",
        "content": {
            JSON: {
                "schema": {"type": "object"},
                "examples": {
                    "defaults": {"value": {}},
                    "optimizer_paths": {"value": {"steps": 60, "optimizers": [{"kind": "momentum", "lr": 0.05}]}},
                },
            }
        },
    }
}
Demonstration = Annotated[str, Path(description="The demonstration's name.", examples=["optimizer_paths"])]


@router.get("/v1/lab", response_model=LabPage)
def list_demonstrations() -> Response:
    """The demonstrations: what each shows, the JSON Schema of its request, and the defaults."""
    return answer(lab.page())


@router.post(
    "/v1/lab/{demonstration}",
    response_model=LabAnswer,
    responses={
        200: {
            "description": "The numbers and their charts, or a picture of the charts.",
            "content": {SVG: {"schema": {"type": "string"}}},
        },
        **problems(404, 406, 413, 415, 422),
    },
    openapi_extra=_BODY,
)
async def run_demonstration(
    state: StateDep,
    demonstration: Demonstration,
    body: OptionalJsonBody,
    accept: Annotated[list[str] | None, Header(description="`application/json` or `image/svg+xml`.")] = None,
) -> Response:
    """Compute a demonstration, in at most about a second. It stores nothing, so viewers may use it too. The same
    request always gives the same answer."""
    form = choose(accept or (), (JSON, SVG))
    compute = lab.question(demonstration, body)

    def respond() -> Response:
        found = compute()
        return Response(lab.picture(found), headers=_SVG_POLICY, media_type=SVG) if form == SVG else answer(found)

    return await to_thread.run_sync(respond, limiter=state.computations)
