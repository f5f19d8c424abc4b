"""`python -m hub.embedded`: the whole service in the foreground. `gradus up` runs it."""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Sequence

from gradus import __version__
from gradus.client import Credentials
from gradus.data_folder import CLIENT_FILE, data_dir, open_command
from gradus.environment import path_of
from gradus.root_path import ROOT_PATH
from gradus.streams import tolerate_any_text
from gradus.wire.system import WorkerRecord
from hub import open_files
from hub.access.browser_sessions import SessionKind
from hub.database.disk_space import require_room
from hub.embedded.data_folder import DataFolder, DataFolderInUse
from hub.embedded.local_key import sign_in_path
from hub.embedded.ports import free_port
from hub.embedded.run_part import end_with_parent
from hub.embedded.supervisor import Stopped, Supervisor
from hub.environment_errors import EXPECTED, sentence
from hub.loopback import loopback

FAILED = 3
ALREADY_RUNNING = 4
IGNORED_VARIABLES = ("GRADUS_DATABASE_URL", "GRADUS_REDIS_URL", "GRADUS_ARTIFACTS_URL")


def main(arguments: Sequence[str]) -> int:
    """Run the service until it is stopped. Returns the exit code."""
    tolerate_any_text()
    options = _options(arguments)
    open_files.raise_limit()
    try:
        folder = DataFolder(path_of(options.data, "--data") if options.data is not None else data_dir())
        return _start(folder, options)
    except EXPECTED as error:
        say(f"error: {sentence(error)}")
    return FAILED


def _start(folder: DataFolder, options: argparse.Namespace) -> int:
    """Run the service, unless another process uses the data folder."""
    try:
        require_room(folder.path)
        folder.make()
        with folder.held():
            return _run(folder, options)
    except DataFolderInUse:
        access = folder.access()
        where = f" at {access.url}" if access else ""
        say(f"Gradus is already running{where} on the data folder {folder.path}.")
        return ALREADY_RUNNING


def say(line: str) -> None:
    """Print one line to the terminal."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="gradus up", description="Start the whole service on this machine.")
    parser.add_argument("--data", default=None)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--root-path", default=os.environ.get(ROOT_PATH, ""))
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument(
        "--ready-fd", type=int, default=None, help="write the URL here once ready; stop when stdin closes"
    )
    return parser.parse_args(arguments)


def _run(folder: DataFolder, options: argparse.Namespace) -> int:
    """Run the service. The caller holds the lock of the data folder."""
    os.umask(0o077)  # files are private, even below a folder that other users may enter
    began = time.monotonic()
    for name in IGNORED_VARIABLES:
        if name in os.environ:
            say(f"{name} is ignored: gradus up keeps everything in its data folder.")
    port = free_port(options.host, options.port)
    supervisor = Supervisor(folder, options.host, port, options.workers, say, options.root_path)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # respect nohup
            signal.signal(number, lambda *_: supervisor.stop())
    try:
        access, workers = supervisor.start()
        if options.ready_fd is not None:
            end_with_parent()  # only now, as a process with a second thread cannot fork its parts
        _announce(folder, access, workers, time.monotonic() - began, options)
        supervisor.watch()
    except Stopped:
        say("Stopped before it was ready.")
    finally:
        supervisor.end()
    say(f"Stopped. All data is kept in {folder.path}.")
    return 0


def _announce(
    folder: DataFolder,
    access: Credentials,
    workers: Sequence[WorkerRecord],
    seconds: float,
    options: argparse.Namespace,
) -> None:
    """Print what the user needs to know, and send the URL to the program that started the service."""
    devices = ", ".join(worker.device for worker in workers)
    say(f"Gradus {__version__} is ready after {seconds:.1f} s. Ctrl-C stops it.")
    say(f"  open     {access.url}{sign_in_path(folder.database_url, access.key or '')}")
    another = open_command(folder.path)
    say(f"           signs one browser in, within {_minutes()} minutes; {another} creates another link")
    say(f"  API      {access.url}")
    say(f"  docs     {access.url}/docs")
    say(f"  workers  {devices}")
    say(f"  data     {folder.path}, with the key for programs in {CLIENT_FILE}")
    if not loopback(options.host):
        say("  NOTE     plain HTTP: others on the network can read keys; put a proxy with TLS in front of it")
    if options.ready_fd is not None:
        with os.fdopen(options.ready_fd, "w") as ready:
            json.dump({"url": access.url, "key": access.key}, ready)


def _minutes() -> int:
    return SessionKind.TICKET.life.seconds // 60


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
