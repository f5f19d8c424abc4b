"""The server: `python -m api --host HOST --port PORT`, settings from the environment."""

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from api.app import create_app
from hub import keys
from hub.database import Database
from hub.hub import Hub
from hub.loopback import loopback
from hub.settings import Settings

TRUST = "GRADUS_TRUST_LOOPBACK"
"""`1`, as `gradus up` sets it: who sits at this machine needs no key. Has no effect beyond loopback."""
GRACE_SECONDS = 10
"""For answers under way at the end; streams say farewell at once."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal comes."""
    given = _parser().parse_args(arguments)
    refusal = _refusal(given.host, Settings.from_env())
    if refusal:
        sys.exit(refusal)
    if not loopback(given.host):
        os.environ.pop(TRUST, None)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    uvicorn.run(
        "api.main:build",
        factory=True,
        host=given.host,
        port=given.port,
        workers=given.processes,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=given.access_log,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def build() -> FastAPI:
    """The application of one process."""
    return create_app(Hub(Settings.from_env()), trust_loopback=os.environ.get(TRUST) == "1")


def _refusal(host: str, settings: Settings) -> str | None:
    """Why the service does not listen there: strangers would reach it, and nobody could have a key."""
    if loopback(host):
        return None
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            if keys.any_good(session, datetime.now(UTC)):
                return None
    except SQLAlchemyError as error:
        return f"Gradus cannot look for keys in its database ({type(error).__name__}): is it up, and migrated?"
    finally:
        database.close()
    return (
        f"Gradus does not listen on {host} before it has a key: "
        "make the first with `python -m api.keys create --role admin NAME`, or listen on 127.0.0.1"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="The Gradus API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="processes that share the port (default %(default)s)")
    parser.add_argument("--access-log", action="store_true", help="write a line for each request")
    return parser
