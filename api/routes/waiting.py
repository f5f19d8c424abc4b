"""Answers to POST that wait: until what was created has ended, if the client prefers so (`Prefer: wait=N`)."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fastapi import Request

from api.http.disconnect import while_connected
from api.http.prefer_header import preferred_wait
from api.openapi.responses import REPLAYED, header
from api.services import following
from api.state import AppState
from api.streaming.open_requests import owner_of
from hub.access.keys import Caller


def created_headers(location: str) -> dict[str, Any]:
    """The OpenAPI headers of a 201 that may have waited. `location` describes the header Location."""
    applied = header("The wait that the service applied.")
    return {"Location": header(location), **REPLAYED, "Preference-Applied": applied}


async def wait_for_end(
    request: Request,
    state: AppState,
    caller: Caller,
    log_id: str,
    over: Callable[[], bool],
    prefer: list[str] | None,
) -> Mapping[str, str]:
    """Wait until `over` returns true, for as long as the client prefers, or until it disconnects. `over` is called
    again after each `end` event in the log of `log_id`. Returns the response header that names the wait. Does not wait,
    and returns no header, if the client has not asked for a wait or has too many open requests."""
    owner, seconds = owner_of(request, caller), preferred_wait(prefer or ())
    if not seconds or not state.open_requests.has_room(owner):
        return {}
    with state.open_requests.place(owner):
        ready = partial(state.short_reads.ask, over)
        await while_connected(request, following.wait_until(state.broadcaster, log_id, following.END, seconds, ready))
    return {"Preference-Applied": f"wait={seconds}"}
