"""One API process under attack: its memory, and the latency and errors of other clients.

Uses only loopback, and limits the number and duration of attacks. Exits with 1 if a limit is exceeded.
"""

import argparse
import multiprocessing
import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import redis
from sqlalchemy import insert

from benchmarks.report import header, table
from benchmarks.siege_attacks import ATTACKS, Target
from benchmarks.siege_watch import Seen, memory, watch
from benchmarks.stage import claimed_job, metrics_row, settings
from gradus.wire.key import Role
from hub.access import keys, workspaces
from hub.database.database import now
from hub.experiments import events
from hub.hub import Hub
from hub.migrate import upgrade
from hub.tables import DEFAULT_WORKSPACE, MetricRow
from hub.valkey import ValkeyServer
from tests.servers.processes import Program, free_port, service_env, wait_until

MEMORY_MIB, SECONDS = 300, 1.0
USUAL_FILES = 1024
"""The soft limit of most shells."""
EVENTS, EPOCHS = 12_000, 50_000
COLUMNS = (
    "attack",
    "API memory MiB, before and most",
    "slowest /healthz s",
    "slowest of another workspace s",
    "not served",
    "n",
)
PACKAGES = ("fastapi", "starlette", "uvicorn", "uvloop", "httptools", "sqlalchemy", "redis")


@dataclass(frozen=True)
class Row:
    """One attack and its measurements."""

    name: str
    before: float
    seen: Seen

    @property
    def held(self) -> bool:
        """Whether all limits were kept."""
        slow = max(self.seen.health, self.seen.other)
        return self.seen.memory <= MEMORY_MIB and slow <= SECONDS and not self.seen.failed

    def cells(self) -> Sequence[object]:
        seen = self.seen
        mark = "" if self.held else " **broken**"
        memory = f"{self.before:,.0f}, {seen.memory:,.0f}"
        return [self.name + mark, memory, f"{seen.health:.2f}", f"{seen.other:.2f}", seen.failed, seen.asked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=12.0, help="duration of each attack (default %(default)s)")
    parser.add_argument("--only", nargs="*", help="attacks to run, by the beginning of their names; default all")
    options = parser.parse_args()
    notes = [
        f"one API process, SQLite, Valkey; soft file limit {USUAL_FILES:,} at its start; {options.seconds:g} s each",
        "a new connection every 0.1 s for /healthz, and one for another workspace's list of experiments",
        f"bounds: {MEMORY_MIB} MiB, {SECONDS:g} s, everybody served",
    ]
    print(header("Siege", PACKAGES, notes), flush=True)
    with tempfile.TemporaryDirectory(prefix="gradus-siege-") as name, besieged(Path(name)) as (target, pid):
        rows = [_row(attack, target, pid, options.seconds) for attack in ATTACKS if _wanted(attack, options.only)]
    print(table(COLUMNS, [row.cells() for row in rows]))
    sys.exit(0 if all(row.held for row in rows) else 1)


def _wanted(name: str, only: Sequence[str] | None) -> bool:
    return not only or any(name.startswith(one) for one in only)


def _row(name: str, target: Target, pid: int, seconds: float) -> Row:
    """Attack, and measure during the attack and shortly after."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    before = memory(pid)
    watcher = spawn.Process(target=watch, args=(target, pid, theirs), daemon=True)
    attacker = spawn.Process(target=ATTACKS[name], args=(target, seconds), daemon=True)
    watcher.start()
    ours.recv()
    attacker.start()
    attacker.join(2 * seconds + 30)
    attacker.kill()
    time.sleep(1)
    ours.send("enough")
    seen: Seen = ours.recv()
    watcher.join()
    print(f"- {name}: {seen}", file=sys.stderr, flush=True)
    _recover(target)
    return Row(name, before, seen)


def _recover(target: Target) -> None:
    """Wait until the process is idle, so that one attack does not affect the next measurement."""
    with suppress(AssertionError):
        wait_until(lambda: target.health(5) < 0.2, "a quick answer", 120)
    time.sleep(2)


@contextmanager
def besieged(folder: Path) -> Iterator[tuple[Target, int]]:
    """A service with a long log and a long run, and two keys of two workspaces."""
    database_url = f"sqlite:///{folder / 'gradus.db'}"
    upgrade(database_url)
    with ValkeyServer(folder / "valkey") as valkey:
        hub = Hub(settings(database_url, valkey.url, folder))
        experiment = _history(hub)
        mine, other = _key(hub, DEFAULT_WORKSPACE), _key(hub, "elsewhere")
        hub.close()
        port, env = free_port(), service_env(folder, database_url, valkey.url)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(USUAL_FILES, hard), hard))
        program = Program(folder / "api.log", "api", "--port", port, env=env)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        target = Target(port, mine, other, experiment, valkey_pid(valkey.url))
        with program:
            wait_until(lambda: target.health(1) < 1, "an answer")
            for _ in range(20):
                target.ask("/v1/experiments", mine, 10)
            yield target, program.process.pid


def valkey_pid(url: str) -> int:
    with redis.Redis.from_url(url) as client:
        return int(client.info("server")["process_id"])


def _history(hub: Hub) -> str:
    claimed = claimed_job(hub, 1, "siege")
    (member,) = claimed.members
    for first in range(0, EVENTS, 2000):
        with hub.write() as session:
            told = [events.log(member.id, f"line {first + i} of what was said " * 8) for i in range(2000)]
            events.append(session, told, now(session))
    row = dict(metrics_row(1)) | {"experiment_id": member.id}
    with hub.write() as session:
        session.execute(insert(MetricRow), [row | {"epoch": epoch} for epoch in range(1, EPOCHS + 1)])
        session.connection().exec_driver_sql("UPDATE experiments SET epoch = ? WHERE id = ?", (EPOCHS, member.id))
    return member.id


def _key(hub: Hub, workspace: str) -> str:
    at = datetime.now(UTC)
    with hub.write() as session:
        workspaces.ensure(session, workspace, at)
        return keys.create(session, workspace, "siege", Role.ADMIN, at).key


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    os.environ.setdefault("GRADUS_MAX_REQUESTS_PER_MINUTE", "60000")
    main()
