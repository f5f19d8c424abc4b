"""Metrics rows written per second: by the hub on SQLite and Postgres, and by MLflow's server on the same databases."""

import argparse
import itertools
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.mlflow_server import mlflow_version, running_mlflow
from benchmarks.report import header, table
from benchmarks.stage import database_version, stages
from benchmarks.writing import GradusTarget, MlflowTarget, Target, race
from tests.servers.postgres import DURABLE, running_postgres

COLUMNS = (
    "writes to",
    "writers",
    "rows/s (min – max)",
    "rows/s a writer",
    "write p50 ms",
    "p99 ms",
    "rounds",
    "writes",
)


def main() -> None:
    options = _options()
    packages = ("sqlalchemy", "psycopg", "pydantic", "redis")
    notes = [f"{options.rounds} rounds of {options.seconds:g} s after one to warm up; rows/s: median of the rounds"]
    with tempfile.TemporaryDirectory(prefix="gradus-writes-") as name:
        with stages(Path(name)) as settings:
            versions = ", ".join(f"{kind} {database_version(one.database_url)}" for kind, one in settings.items())
            print(header("Writes", packages, [versions, *notes]))
            for kind, one in settings.items():
                for members in options.members:
                    _print(f"{kind}, K = {members}", GradusTarget(one, members), options)
        if options.mlflow:
            _print_mlflow(options, Path(name))


def _print_mlflow(options: argparse.Namespace, folder: Path) -> None:
    version = mlflow_version(options.mlflow)
    with running_postgres(DURABLE) as server:
        stores = {
            "SQLite": f"sqlite:///{folder / 'mlflow.db'}",
            "Postgres": server.url().replace("+psycopg", "+psycopg2"),
        }
        for (kind, store), loop in itertools.product(stores.items(), ("as installed", "uvloop")):
            with running_mlflow(options.mlflow, store, folder / "mlflow", uvloop=loop == "uvloop") as url:
                _print(f"MLflow {version}, {kind}, {loop}", MlflowTarget(url), options)


def _print(name: str, target: Target, options: argparse.Namespace) -> None:
    print(table(COLUMNS, _rows(name, target, options)), flush=True)


def _rows(name: str, target: Target, options: argparse.Namespace) -> Iterator[list[str]]:
    for writers in options.writers:
        rates = race(target, writers, options.rounds, options.seconds)
        rate, write = rates.rows_per_second, rates.milliseconds
        yield [
            name,
            str(writers),
            rate.in_words(),
            f"{rate.median / writers:,.0f}",
            f"{write.median:.2f}",
            f"{write.quantile(0.99):.2f}",
            str(rate.n),
            str(write.n),
        ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writers", type=int, nargs="+", default=[1, 4, 16], help="number of writing processes")
    parser.add_argument("--members", type=int, nargs="+", default=[1, 16], help="experiments per job")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="duration of a round")
    parser.add_argument("--mlflow", type=Path, help="the Python of an environment that has MLflow")
    return parser.parse_args()


if __name__ == "__main__":
    main()
