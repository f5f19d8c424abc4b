"""The application: the one place where its world is built."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from fastapi_standalone_docs import StandaloneDocs

from api import openapi, problems, stopping
from api.addresses import Addresses
from api.middleware.counting import Counting
from api.middleware.head import Head
from api.routes import about, events, experiments, health, metrics
from api.tail import Tail
from api.telemetry import Telemetry
from api.world import World
from gradus import __version__
from hub.hub import Hub

ROUTERS = (experiments.router, metrics.router, events.router, about.router, health.router)

DESCRIPTION = """\
POST one JSON document that describes a neural network; workers train it; its metrics can be polled or streamed.

Every error is an [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457) problem: `title` and `detail` for people,
`code` for programs, and for a document with mistakes `errors`, which says where each of them is.
"""


def create_app(hub: Hub, *, poll: float = 0.25, heartbeat: float = 15.0) -> FastAPI:
    """The API over this hub, which is closed when the application ends.

    poll: seconds after which the event log is looked at though no bell rang.
    heartbeat: seconds of silence after which a stream says that it is still there.
    """
    world = World(hub, Tail(hub, poll, heartbeat), Telemetry())
    app = FastAPI(
        title="Gradus",
        version=__version__,
        summary="Training as a service.",
        description=DESCRIPTION,
        redoc_url=None,
        redirect_slashes=False,
        swagger_ui_parameters={"validatorUrl": None, "tryItOutEnabled": True},
        lifespan=_lifespan,
    )
    app.state.world = world
    for router in ROUTERS:
        app.include_router(router)
    app.add_api_route("/", _front, include_in_schema=False)
    app.openapi = lambda: openapi.document(app)  # type: ignore[method-assign]
    StandaloneDocs(app)
    problems.install(
        app, Addresses([route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)])
    )
    app.add_middleware(Counting, telemetry=world.telemetry)
    app.add_middleware(Head)
    return app


async def _front() -> RedirectResponse:
    return RedirectResponse("/docs")


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    world: World = app.state.world
    stopping.on_signal(world.tail.stop)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.tail.run())
        yield
        world.tail.stop()
    world.hub.close()
