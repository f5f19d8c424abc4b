"""The server: `python -m api --host HOST --port PORT`, settings from the environment."""

import argparse
import gc
import logging
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import DatabaseError, OperationalError

from api import memory_trim
from api.app import create_app
from api.http.root_path import TRUSTED
from gradus.root_path import ROOT_PATH, root_path
from hub import open_files
from hub.access import keys
from hub.artifacts.store import artifact_store
from hub.database.database import Database
from hub.environment_errors import exit_on_environment_error, sentence
from hub.hub import Hub
from hub.log_throttle import limit_repeats
from hub.loopback import loopback
from hub.settings import Settings

_REFUSAL = (
    "Gradus does not listen on {host} before an API key exists: "
    "create the first with `python -m api.keys create --role admin NAME`, or listen on 127.0.0.1"
)
logger = logging.getLogger(__name__)
SWITCH_SECONDS = 0.0005
"""Interval after which Python switches threads. The event loop needs the interpreter lock for every step of every
request; with a tenth of Python's default it gets the lock ten times sooner."""
GRACE_SECONDS = 10
"""Time that responses in progress get at shutdown. Streams end at once, with a closing comment."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal arrives."""
    given = _parser().parse_args(arguments)
    os.environ[ROOT_PATH] = given.root_path
    open_files.raise_limit()
    _log()
    with exit_on_environment_error():
        settings = Settings.from_env()
        artifact_store(settings.artifacts_url)  # fails if the URL's scheme is unknown
    if not loopback(given.host) and not has_keys(settings.database_url):
        sys.exit(_REFUSAL.format(host=given.host))
    uvicorn.run(
        "api.main:build",
        factory=True,
        host=given.host,
        port=given.port,
        workers=given.processes,
        loop="api.http.event_loop:EventLoop",
        http="api.http.protocol:BoundedHttpProtocol",
        ws="none",
        log_config=None,
        access_log=given.access_log,
        server_header=False,
        proxy_headers=False,  # the application reads the proxy headers itself
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def build() -> FastAPI:
    """Build the application of one server process."""
    _log()
    memory_trim.few_arenas()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy reads it when it is imported; the matrices are small
    sys.setswitchinterval(SWITCH_SECONDS)
    app = create_app(
        Hub(Settings.from_env()),
        root_path=_root_path(os.environ.get(ROOT_PATH, "")),
        trusted_proxies=os.environ.get("FORWARDED_ALLOW_IPS") or TRUSTED,
    )
    gc.collect()
    gc.freeze()  # startup objects live forever; scanning them for garbage delayed one response in seventy by 84 ms
    return app


def _log() -> None:
    """Configure logging once in each process, for uvicorn's lines as well."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    limit_repeats()


def has_keys(database_url: str) -> bool:
    """Whether any valid key exists. Waits for a database that is not reachable yet."""
    database = Database(database_url)
    try:
        while True:
            try:
                with database.read() as session:
                    return keys.any_valid(session, datetime.now(UTC))
            except DatabaseError as error:
                if database.engine.dialect.name == "sqlite" or not isinstance(error, OperationalError):
                    sys.exit(f"error: {sentence(error)}")
                logger.warning("waiting for the database: %s", error.orig)
                time.sleep(1)
    finally:
        database.close()


def _root_path(text: str) -> str:
    path = root_path(text)
    if path is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a path: write it like /gradus")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="The Gradus API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="processes that share the port (default %(default)s)")
    parser.add_argument(
        "--root-path",
        type=_root_path,
        default=os.environ.get(ROOT_PATH, ""),
        metavar="PATH",
        help="path prefix under which a proxy serves the API, such as /gradus (default: GRADUS_ROOT_PATH, else none)",
    )
    parser.add_argument("--access-log", action="store_true", help="write a line for each request")
    return parser
