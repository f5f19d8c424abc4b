"""Responses with an answer that a worker computes: at once if it is known, else after a wait, else 202 with its
location.

A route asks its question, and returns `answer_to(...)`.
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.disconnect import while_connected
from api.http.prefer_header import DEFAULT_SECONDS, preferred_wait
from api.http.responses import JSON, NO_STORE, answer
from api.openapi.responses import header
from api.services import questions
from api.state import AppState
from api.streaming.open_requests import owner_of
from gradus.wire.question import OpenQuestion
from hub.access.keys import Caller
from hub.questions.questions import Outcome

PreferHeader = Annotated[
    list[str] | None,
    Header(description="`wait=N`: wait N s (≤ 60) for the answer; 30 without this header. Then the response is a 202."),
]

UNANSWERED: dict[int | str, dict[str, Any]] = {
    202: {
        "model": OpenQuestion,
        "description": "There is no answer yet: get `Location`, which waits again.",
        "headers": {"Location": header("The path of the answer.")},
    }
}
"""The 202 response of the routes that return `answer_to(...)`."""


async def answer_to(
    request: Request,
    state: AppState,
    caller: Caller,
    ask: Callable[[], str],
    prefer: list[str] | None,
    *,
    location: Callable[[str], str] | None = None,
    use: Callable[[Outcome], Response] | None = None,
) -> Response:
    """The response with the answer to a question. `ask` asks the question and returns its id; `use` makes the response
    from the answer. `location` gives the path of the answer, by default the request's own.

    Raises:
        GradusError: the question cannot be asked, or has no answer.
    """
    question_id = await run_in_threadpool(ask)
    await wait_for(request, state, caller, question_id, prefer)
    found = await run_in_threadpool(questions.outcome, state.hub, caller.workspace_id, question_id)
    if found.answer is not None:
        return await run_in_threadpool(use or as_it_is, found)
    here = f"{request.url.path}?{request.url.query}".removesuffix("?")
    return _open(found, here if location is None else location(found.id))


def as_it_is(found: Outcome) -> Response:
    """The response with the unchanged answer."""
    return Response(found.answer, headers=NO_STORE, media_type=JSON)


async def still_open(state: AppState, caller: Caller, question_id: str, location: str) -> Response:
    """The 202 response to a request that needs the answer to a question first."""
    found = await run_in_threadpool(questions.outcome, state.hub, caller.workspace_id, question_id)
    return _open(found, location)


def _open(found: Outcome, location: str) -> Response:
    return answer(OpenQuestion(id=found.id, created_at=found.created_at), 202, {**NO_STORE, "Location": location})


async def wait_for(
    request: Request, state: AppState, caller: Caller, question_id: str, prefer: list[str] | None
) -> None:
    """Wait for the answer to a question, for as long as the client prefers. If the client has too many open requests,
    do not wait."""
    seconds = preferred_wait(prefer or (), DEFAULT_SECONDS)
    owner = owner_of(request, caller)
    if not seconds or not state.open_requests.has_room(owner):
        return
    ready = partial(state.short_reads.ask, questions.is_over, state.hub, caller.workspace_id, question_id)
    if await ready():
        return
    with state.open_requests.place(owner):
        await while_connected(request, state.broadcaster.doorbell.wait(question_id, seconds, ready))
