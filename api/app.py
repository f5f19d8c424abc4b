"""The application: the one place where its world is built."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute

from api import memory_trim
from api.auth.authentication import STRANGERS_PER_MINUTE, Authenticator
from api.auth.dependencies import permitted
from api.expansion_slots import ExpansionSlots
from api.http import problems, shutdown_signals
from api.http.connections import Connections, room
from api.http.known_paths import Addresses
from api.http.root_path import TRUSTED, Prefix
from api.middleware.fairness import Fairness
from api.middleware.head import Head
from api.middleware.rejected_requests import RejectedRequests
from api.middleware.request_metrics import RequestMetrics
from api.middleware.security_headers import SecurityHeaders
from api.openapi import document
from api.openapi.responses import REFUSED
from api.prometheus import Telemetry
from api.routes import about, control, events, experiments, health, keys, metrics, pages, session, sweeps
from api.state import AppState
from api.streaming.broadcaster import Broadcaster
from api.streaming.open_requests import OpenRequests
from api.streaming.shared_reads import SharedReads
from api.streaming.streams import Streams
from gradus import __version__
from hub import open_files
from hub.hub import Hub

KEYED = (experiments.router, control.router, sweeps.router, metrics.router, events.router, about.router, keys.router)
"""Nobody gets to these without a key whose role allows the method."""
OPEN = (session.router, health.router, pages.router)
"""These ask for themselves, where they ask."""

LARGE_READS, LOOKS = 2, 2
"""At once, on one process."""

DESCRIPTION = """\
POST one JSON document that describes a neural network; workers train it; its metrics can be polled or streamed.

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem: `title` and `detail` for people,
`code` for programs, and for a document with mistakes `errors`, which says where each of them is.
"""

TAGS = [
    {"name": "experiments", "description": "Train a network, follow it, steer it, go on from it."},
    {"name": "sweeps", "description": "Many experiments from one base, and what each change came to."},
    {"name": "metrics and events", "description": "What an experiment gives, epoch by epoch: polled or streamed."},
    {"name": "about", "description": "What the service knows: data sets, kinds, itself."},
    {"name": "keys", "description": "Who may do what: keys, and browsers that sign in."},
    {"name": "operation", "description": "For whoever runs the service: is it alive, is it ready, what does it do."},
]


def create_app(
    hub: Hub,
    *,
    poll: float = 0.25,
    heartbeat: float = 15.0,
    strangers_per_minute: int = STRANGERS_PER_MINUTE,
    root_path: str = "",
    trusted_proxies: str = TRUSTED,
) -> FastAPI:
    """The API over this hub, which is closed when the application ends.

    poll: seconds after which the event log is looked at though no bell rang.
    heartbeat: seconds after which a stream says that it is still there, and asks whether its client still may listen.
    strangers_per_minute: attempts to get in that may fail from one address before it has to wait.
    root_path: the path below which clients find it, `/gradus`, where a proxy does not say so itself.
    trusted_proxies: the addresses, with commas, whose `X-Forwarded-…` headers are believed; `*` for all.
    """
    broadcaster = Broadcaster(hub, poll, heartbeat)
    state = AppState(
        hub=hub,
        broadcaster=broadcaster,
        streams=Streams(hub, broadcaster),
        open_requests=OpenRequests(hub.settings.quotas.streams),
        looks=SharedReads(LOOKS),
        large_reads=CapacityLimiter(LARGE_READS),
        telemetry=Telemetry(),
        authenticator=Authenticator(hub, strangers_per_minute),
        expansion_slots=ExpansionSlots(),
    )
    app = FastAPI(
        title="Gradus",
        version=__version__,
        summary="Training as a service.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        responses=REFUSED,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        lifespan=_lifespan,
    )
    app.state.app_state = state
    for router in KEYED:
        app.include_router(router, dependencies=[Depends(permitted)])
    for router in OPEN:
        app.include_router(router)
    pages.mount(app)
    app.openapi = lambda: document.document(app)  # type: ignore[method-assign]
    app.state.written = document.written(app)
    routes = [route for router in (*KEYED, *OPEN) for route in router.routes if isinstance(route, APIRoute)]
    problems.install(app, Addresses(routes), pages.nowhere)
    app.add_middleware(Fairness)
    app.add_middleware(RejectedRequests)
    app.add_middleware(RequestMetrics, telemetry=state.telemetry)
    app.add_middleware(Head)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Prefix, root_path=root_path, trusted=trusted_proxies)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """Gives the server's connections what they have to know of each other."""
    state: AppState = app.state.app_state
    connections = Connections(room(open_files.limit()))
    shutdown_signals.on_signal(state.broadcaster.stop)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(state.broadcaster.run())
        memory_task = tasks.create_task(memory_trim.give_back())
        yield {"connections": connections}
        memory_task.cancel()
        state.broadcaster.stop()
    state.hub.close()
