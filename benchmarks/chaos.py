"""Chaos test: experiments are submitted while processes of a real service are killed at seeded random times. At the end
no accepted experiment may be lost, and each must have the results of an undisturbed run, bit for bit. Runs `gradus up`
on SQLite, or separate processes on Postgres."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks.report import header, table
from benchmarks.stage import database_version
from tests.servers.chaos.cluster import cluster_service
from tests.servers.chaos.embedded import embedded_service
from tests.servers.chaos.orders import orders
from tests.servers.chaos.plan import at_random
from tests.servers.chaos.service import CHECKPOINT_SECONDS, LEASE_SECONDS, WORKERS, Service
from tests.servers.chaos.storm import Dealt, Storm
from tests.servers.chaos.verdict import Verdict, judge

PACKAGES = ("torch", "celery", "redis", "sqlalchemy", "psycopg", "fastapi", "uvicorn")
LONGEST_PAUSE = 5.0


def main() -> int:
    """Run the test; the exit code is 1 if anything was lost or altered."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="gradus-chaos-") as name, _service(options, Path(name)) as service:
        print(header(f"Chaos: {service.name}", PACKAGES, tuple(_notes(options, service))), flush=True)
        asked = orders(options.experiments, options.seed)
        plan = at_random(service, options.kills, options.seed, LONGEST_PAUSE)
        dealt = Storm(service, options.seed).rage(asked, plan)
        verdict = judge(service, asked)
        lost = service.lost_commits
    print(table(("blow", "times"), sorted(dealt.blows.items())))
    print(table(("outcome", ""), {**_outcome(dealt, verdict), "commits of which nobody heard": lost}.items()))
    wrong = [*verdict.mismatches, *(f"{key} is named and was not there" for key in dealt.missing)]
    for sentence in wrong:
        print(f"- MISMATCH: {sentence}")
    return 1 if wrong else 0


def _service(options: argparse.Namespace, folder: Path) -> AbstractContextManager[Service]:
    if options.database == "sqlite":
        return embedded_service(folder)
    return cluster_service(folder, options.lose_commits, options.seed)


def _notes(options: argparse.Namespace, service: Service) -> Iterator[str]:
    yield f"{database_version(service.database_url)} is the database's version"
    yield f"{WORKERS} workers of one slot and one thread; leases of {LEASE_SECONDS:g} s; seed {options.seed}"
    yield f"blows at random instants up to {LONGEST_PAUSE:g} s after the last, six of ten only after the next epoch"
    if options.lose_commits:
        yield f"of {options.lose_commits:.0%} of all commits the acknowledgement is lost, with the connection"
    yield f"checkpoints within an epoch after {CHECKPOINT_SECONDS:g} s"


def _outcome(dealt: Dealt, verdict: Verdict) -> Mapping[str, object]:
    return {
        "kills": dealt.kills,
        "seconds": f"{dealt.seconds:,.0f}",
        "POSTs repeated": dealt.repeated,
        "experiments": verdict.experiments,
        "metrics rows": f"{verdict.rows:,}",
        "events": f"{verdict.events:,}",
        "runs taken up again": verdict.losses,
        "longest experiment, POST to end, s": f"{verdict.longest.total_seconds():,.0f}",
        "named checkpoints that were missing": len(dealt.missing),
        "mismatches": len(verdict.mismatches),
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=200, help="minimum number of experiments")
    parser.add_argument("--kills", type=int, default=100, help="number of kills; a third as many other faults")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument(
        "--lose-commits",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="fraction of commits on Postgres whose acknowledgement is lost, 0 to 1",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
