"""An application on a real socket, as the service runs it, in a thread of this process."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from api.http.protocol import BoundedHttpProtocol


@contextmanager
def served(app: Any, http: type[asyncio.Protocol] = BoundedHttpProtocol) -> Iterator[tuple[str, uvicorn.Server]]:
    """Run the application; yields its URL and the server."""
    config = uvicorn.Config(
        app,
        port=0,
        loop="api.http.event_loop:EventLoop",
        http=http,
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=1,
        proxy_headers=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", server
    finally:
        server.should_exit = True
        thread.join()
