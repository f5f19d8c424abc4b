"""A long queue of tiny experiments, with workers that are killed and stopped at random times: is any experiment trained
twice at the same time or forgotten, and what does each cost?"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.report import header, table
from benchmarks.stage import DATABASES, database_version, stages
from hub.hub import Hub
from hub.settings import Settings
from tests.servers.crowd import Crowd, enqueue
from tests.servers.processes import service_env
from tests.servers.verdict import judge

PACKAGES = ("torch", "celery", "redis", "sqlalchemy", "psycopg")
LEASE_SECONDS = 4.0


def main() -> int:
    """Run the test; the exit code is 1 if anything was trained twice at the same time or forgotten."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="gradus-queue-") as name, stages(Path(name), (options.database,)) as stage:
        settings = stage[options.database]
        notes = [
            f"{options.database} {database_version(settings.database_url)}; "
            f"{options.workers} workers of one slot and one thread; leases of {LEASE_SECONDS:g} s; seed {options.seed}",
            "wine, 32 examples, one hidden layer of 4 units, one epoch of one step",
        ]
        print(header("Queue", PACKAGES, notes), flush=True)
        lines, faults = _measure(settings, options)
    print(table(("", ""), lines.items()))
    for fault in faults:
        print(f"- FAULT: {fault}")
    return 1 if faults else 0


def _measure(settings: Settings, options: argparse.Namespace) -> tuple[dict[str, object], tuple[str, ...]]:
    hub = Hub(settings)
    began = time.monotonic()
    enqueue(hub, options.experiments)
    queued = time.monotonic()
    env = {
        **service_env(settings.data_dir, settings.database_url, settings.redis_url),
        "GRADUS_LEASE_SECONDS": str(LEASE_SECONDS),
        "GRADUS_DEVICE": "cpu",
    }
    with Crowd(settings.data_dir, env, options.workers, options.seed) as crowd:
        crowd.rage(hub, options.blows, options.seconds)
        ended = time.monotonic()
    verdict = judge(hub, LEASE_SECONDS)
    hub.close()
    lines = {
        "experiments": f"{verdict.experiments:,}",
        "queued in, s": f"{queued - began:.1f}",
        "trained in, s": f"{ended - queued:.0f}",
        "a second": f"{verdict.experiments / (ended - queued):.1f}",
        "workers killed": crowd.blows.killed,
        "workers asked to stop": f"{crowd.blows.stopped}, exit codes {sorted(set(crowd.blows.codes))}",
        "starts": f"{verdict.starts:,}",
        "of these after work was handed back": verdict.handed_back,
        "of these after a lease had run out": verdict.taken_over,
        "trained twice at once, forgotten, or else wrong": len(verdict.faults),
    }
    return lines, verdict.faults


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=DATABASES, default="Postgres")
    parser.add_argument("--experiments", type=int, default=10_000)
    parser.add_argument("--blows", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=7200.0, help="timeout")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
