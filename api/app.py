"""Builds the FastAPI application: state, routes and middleware."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api import memory_trim
from api.all_routes import ABOUT, DOCUMENT, ROUTES, TAGS
from api.auth.authentication import STRANGERS_PER_MINUTE, Authenticator
from api.expansion_slots import ExpansionSlots
from api.http import problems, shutdown_signals
from api.http.connections import Connections, room
from api.http.known_paths import KnownPaths
from api.http.root_path import TRUSTED, Prefix
from api.middleware.fairness import Fairness
from api.middleware.head import Head
from api.middleware.rejected_requests import RejectedRequests
from api.middleware.request_metrics import RequestMetrics
from api.middleware.security_headers import SecurityHeaders
from api.middleware.short_predictions import KnownPredictions, LookedUpPredictions
from api.prediction.models import ModelCache
from api.prometheus import PrometheusMetrics
from api.routes import pages
from api.state import AppState
from api.streaming.broadcaster import Broadcaster
from api.streaming.open_requests import OpenRequests
from api.streaming.shared_reads import SharedReads
from api.streaming.streams import Streams
from hub import open_files
from hub.hub import Hub
from hub.scratch import sweep

LARGE_READS, SHORT_READS = 2, 2
"""Limits on concurrent reads, for each process."""
PREDICTIONS = 4
"""Limit on concurrent small predictions, for each process: each computes on one core."""
PICTURES = 2
"""Limit on concurrent requests for filters, activations and prediction histories, for each process."""
COMPUTATIONS = 1
"""Limit on concurrent demonstrations of the lab, for each process: they take up to a second of CPU time."""


def create_app(
    hub: Hub,
    *,
    poll: float = 0.25,
    heartbeat: float = 15.0,
    strangers_per_minute: int = STRANGERS_PER_MINUTE,
    root_path: str = "",
    trusted_proxies: str = TRUSTED,
) -> FastAPI:
    """Return the API application for this hub. The application closes the hub when it shuts down.

    poll: seconds between reads of the event log when no pub/sub message arrives.
    heartbeat: seconds between a stream's heartbeats. With each heartbeat the client's credentials are checked again.
    strangers_per_minute: rate limit on failed authentication attempts from one address.
    root_path: path prefix under which clients reach the API, such as `/gradus`, for a proxy that does not send it.
    trusted_proxies: comma-separated addresses whose `X-Forwarded-…` headers are trusted; `*` for all.
    """
    broadcaster = Broadcaster(hub, poll, heartbeat)
    state = AppState(
        hub=hub,
        broadcaster=broadcaster,
        streams=Streams(hub, broadcaster),
        open_requests=OpenRequests(hub.settings.quotas.streams),
        short_reads=SharedReads(SHORT_READS),
        large_reads=CapacityLimiter(LARGE_READS),
        predictions=CapacityLimiter(PREDICTIONS),
        pictures=CapacityLimiter(PICTURES),
        computations=CapacityLimiter(COMPUTATIONS),
        prometheus=PrometheusMetrics(),
        authenticator=Authenticator(hub, strangers_per_minute),
        expansion_slots=ExpansionSlots(),
        models=ModelCache(),
    )
    app = FastAPI(
        **ABOUT,
        openapi_tags=TAGS,
        routes=list(ROUTES),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # else each request asks whether they are wanted
        lifespan=_lifespan,
    )
    app.state.app_state = state
    pages.mount(app)
    app.openapi = DOCUMENT.whole  # type: ignore[method-assign]
    app.state.encoded_openapi = DOCUMENT.encoded
    problems.install(app, KnownPaths(ROUTES), pages.not_found_page)
    app.add_middleware(LookedUpPredictions, state=state)
    app.add_middleware(Fairness)
    app.add_middleware(RejectedRequests)
    app.add_middleware(RequestMetrics, prometheus=state.prometheus)
    app.add_middleware(Head)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(KnownPredictions, state=state)
    app.add_middleware(Prefix, root_path=root_path, trusted=trusted_proxies)
    return app


async def start_up(app: FastAPI) -> None:
    """Delete the temporary files of requests whose server was killed."""
    await run_in_threadpool(sweep, app.state.app_state.hub.settings.incoming)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Run the background tasks, and give the server's connections the registry that they share."""
    state: AppState = app.state.app_state
    connections = Connections(room(open_files.limit()))
    shutdown_signals.on_signal(state.broadcaster.stop)
    await start_up(app)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(state.broadcaster.run())
        memory_task = tasks.create_task(memory_trim.give_back())
        yield {"connections": connections}
        memory_task.cancel()
        state.broadcaster.stop()
    state.hub.close()
