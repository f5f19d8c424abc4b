"""The server: `python -m api --host HOST --port PORT`, settings from the environment."""

import argparse
import ipaddress
import logging
import os
import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from hub.hub import Hub
from hub.settings import Settings

GRACE_SECONDS = 10
"""For answers under way at the end; streams say farewell at once."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until a signal comes."""
    given = _parser().parse_args(arguments)
    if not may_listen(given.host):
        sys.exit(
            f"Gradus does not listen on {given.host}: it has no API keys yet, so everyone who reaches it could use it. "
            "Listen on 127.0.0.1, or set GRADUS_ALLOW_UNAUTHENTICATED=1 if something else guards the door."
        )
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
    return create_app(Hub(Settings.from_env()))


def may_listen(host: str) -> bool:
    """Whether strangers cannot reach the address, or are allowed to."""
    return os.environ.get("GRADUS_ALLOW_UNAUTHENTICATED") == "1" or _is_loopback(host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m api", description="The Gradus API.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default %(default)s)")
    parser.add_argument("--processes", type=int, default=1, help="processes that share the port (default %(default)s)")
    parser.add_argument("--access-log", action="store_true", help="write a line for each request")
    return parser
