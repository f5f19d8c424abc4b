"""Builds the FastAPI application: state, routes and middleware."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from anyio import CapacityLimiter
from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from api import memory_trim
from api.auth.authentication import STRANGERS_PER_MINUTE, Authenticator
from api.auth.dependencies import permitted
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
from api.openapi import document
from api.openapi.responses import REFUSED
from api.prediction.models import ModelCache
from api.prometheus import PrometheusMetrics
from api.routes import (
    about,
    augmented,
    control,
    dataset_content,
    dataset_creation,
    dataset_versions,
    datasets,
    ensembles,
    evaluation,
    events,
    experiments,
    exports,
    findings,
    health,
    inference,
    keys,
    lab,
    layer_pictures,
    layers,
    metrics,
    pages,
    predicted_files,
    predictions,
    probes,
    session,
    sweeps,
    uploads,
    webhooks,
)
from api.state import AppState
from api.streaming.broadcaster import Broadcaster
from api.streaming.open_requests import OpenRequests
from api.streaming.shared_reads import SharedReads
from api.streaming.streams import Streams
from gradus import __version__
from hub import open_files
from hub.hub import Hub
from hub.scratch import sweep

KEYED = (
    experiments.router,
    control.router,
    sweeps.router,
    metrics.router,
    events.router,
    findings.router,
    probes.router,
    layers.router,
    evaluation.router,
    predictions.router,
    ensembles.router,
    layer_pictures.router,
    predicted_files.router,
    exports.router,
    dataset_creation.router,
    inference.router,
    datasets.router,
    dataset_versions.router,
    dataset_content.router,
    augmented.router,
    uploads.router,
    lab.router,
    about.router,
    webhooks.router,
    keys.router,
)
"""Every route here requires an API key or a session whose role permits the method."""
OPEN = (session.router, health.router, pages.router)
"""Public routes, and routes that authenticate by themselves."""

LARGE_READS, SHORT_READS = 2, 2
"""Limits on concurrent reads, for each process."""
PREDICTIONS = 4
"""Limit on concurrent small predictions, for each process: each computes on one core."""
PICTURES = 2
"""Limit on concurrent looks into networks, for each process."""
COMPUTATIONS = 1
"""Limit on concurrent demonstrations of the lab, for each process: they take up to a second of CPU time."""

DESCRIPTION = """\
POST one JSON document that describes a neural network; workers train it; its metrics can be polled or streamed.

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem: `title` and `detail` for people,
`code` for programs; `errors` lists each mistake in an invalid document with its location.
"""

TAGS = [
    {"name": "experiments", "description": "Train a network, follow it, control it, resume or fork it."},
    {"name": "sweeps", "description": "Many experiments from one base spec, and the effect of each change."},
    {"name": "predictions", "description": "Ask a trained network, and take it with you."},
    {"name": "inference", "description": "Trained networks by the Open Inference Protocol, version 2."},
    {"name": "metrics and events", "description": "Results of an experiment, epoch by epoch: polled or streamed."},
    {"name": "data sets", "description": "Your own data: upload, read, look at; and the built-in data sets."},
    {"name": "lab", "description": "The lecture's demonstrations: numbers and pictures."},
    {"name": "about", "description": "Spec kinds and the service itself."},
    {"name": "webhooks", "description": "Signed calls to an address of yours."},
    {"name": "keys", "description": "API keys and browser sessions."},
    {"name": "operation", "description": "For operators: liveness, readiness and Prometheus metrics."},
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
    app.state.encoded_openapi = document.encoded(app)
    routes = [route for router in (*KEYED, *OPEN) for route in router.routes if isinstance(route, APIRoute)]
    document.prepare(routes)
    problems.install(app, KnownPaths(routes), pages.not_found_page)
    app.add_middleware(Fairness)
    app.add_middleware(RejectedRequests)
    app.add_middleware(RequestMetrics, prometheus=state.prometheus)
    app.add_middleware(Head)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Prefix, root_path=root_path, trusted=trusted_proxies)
    return app


async def start_up(app: FastAPI) -> None:
    """Delete what requests have left whose server was killed."""
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
