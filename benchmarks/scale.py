"""The latency of lists and metrics with a very large database: through the hub, over HTTP, and in MLflow."""

import argparse
import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.orm import Session

from api.services.downsampling import sampled
from api.services.histories import chosen
from benchmarks import mlflow_scale
from benchmarks.report import Sample, header, table
from benchmarks.scale_data import NEEDLE, Size, build, ids
from benchmarks.stage import DATABASES, database_version, stages
from gradus.status import Status
from gradus.wire.sweep import SweepResult
from hub.database.database import Database
from hub.experiments import events, lists, metrics
from hub.experiments.lists import Filter
from hub.experiments.mapping import record
from hub.hub import Hub
from hub.settings import Settings
from hub.sweeps import results, sweeps
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.servers.processes import http_client, running_api, service_env

Query = dict[str, str | int | list[str]]
Ask = Callable[[], int]
"""One query; returns the number of results."""
COLUMNS = ("question", "answer", "p50 ms", "p99 ms", "min ms", "max ms", "own CPU p50 ms", "n")
POINTS = 200


@dataclass(frozen=True)
class Places:
    """Random arguments of queries, chosen for each query."""

    ids: Sequence[str]
    long: Sequence[str]
    sweep: str
    events: int

    def one(self) -> str:
        return random.choice(self.ids)  # noqa: S311

    def one_long(self) -> str:
        return random.choice(self.long)  # noqa: S311

    def many(self) -> list[str]:
        return random.sample(self.long, min(50, len(self.long)))

    def number(self) -> int:
        return random.randrange(max(1, self.events - 500))  # noqa: S311


def main() -> None:
    options = _options()
    random.seed(0)
    size = Size(options.experiments, options.rows, options.events)
    notes = [str(size), f"{options.repeats} repeats of each question after 3; each looks at another place"]
    with stages(options.folder / f"{size.experiments}-{size.rows}-{size.events}", tuple(options.databases)) as found:
        versions = ", ".join(f"{kind} {database_version(one.database_url)}" for kind, one in found.items())
        print(header("Scale", ("sqlalchemy", "psycopg", "pydantic", "fastapi", "uvicorn"), [versions, *notes]))
        gc.collect()
        gc.freeze()  # like the API
        for kind, settings in found.items():
            with _full(settings, size) as hub:
                _print(f"{kind}, through the hub", _through_the_hub(hub, _places(hub)), options.repeats)
                if options.http:
                    _print_http(kind, hub, options.repeats)
    if options.mlflow:
        for name, asks in mlflow_scale.questions(options.mlflow, options.folder, options.mlflow_runs):
            _print(name, asks, options.repeats)


@contextmanager
def _full(settings: Settings, size: Size) -> Iterator[Hub]:
    """A hub whose database has this much data; fills an empty one."""
    hub = Hub(settings)
    with hub.read() as session:
        empty = events.newest(session) == 0
    if empty:
        build(Database(settings.database_url), size)
    yield hub
    hub.close()


def _places(hub: Hub) -> Places:
    with hub.read() as session:
        sweep = next(row.sweep_id for row in lists.page(session, DEFAULT_WORKSPACE, Filter(), ids(session)[1], 1))
        return Places(ids(session), ids(session, long=True), sweep or "", events.newest(session))


def _filters(places: Places) -> dict[str, Filter]:
    return {
        "newest page of 50": Filter(),
        "status=succeeded (90 %)": Filter(statuses=(Status.SUCCEEDED,)),
        "status=paused (1 %)": Filter(statuses=(Status.PAUSED,)),
        "status=running (none)": Filter(statuses=(Status.RUNNING,)),
        "tag of half": Filter(tag="baseline"),
        "tag of 2 %": Filter(tag="week-3"),
        "tag of 0.1 %": Filter(tag="rare"),
        "dataset=digits (10 %)": Filter(dataset="digits"),
        "a sweep of 1 000": Filter(sweep=places.sweep),
        "q=adam (2 of 7)": Filter(q="adam"),
        "q of three old ones": Filter(q=NEEDLE),
        "q of none": Filter(q="no such thing"),
    }


def _through_the_hub(hub: Hub, places: Places) -> dict[str, Ask]:
    def asked(question: Callable[[Session], int]) -> Ask:
        def ask() -> int:
            with hub.read() as session:
                return question(session)

        return ask

    def page(shown: Filter, before: Callable[[], str | None] = lambda: None) -> Ask:
        return asked(lambda s: _records(lists.page(s, DEFAULT_WORKSPACE, shown, before(), 50)))

    def drawn(session: Session) -> int:
        key = places.one_long()
        return len(metrics.read_epochs(session, key, sampled(metrics.losses(session, key), POINTS)))

    return {
        **{name: page(shown) for name, shown in _filters(places).items()},
        "page of 50 somewhere": page(Filter(), places.one),
        "one history, 1 000 rows": asked(lambda s: len(metrics.read(s, places.one_long()))),
        f"the same, {POINTS} points": asked(drawn),
        "50 histories, 100 points each": asked(lambda s: sum(len(chosen(s, one, 100)) for one in places.many())),
        "results of a sweep of 1 000": asked(lambda s: len(_results(s, places.sweep))),
        "count by status": asked(lambda s: sum(lists.count_by_status(s, DEFAULT_WORKSPACE).values())),
        "500 events of the workspace": asked(
            lambda s: len(events.of_workspace(s, DEFAULT_WORKSPACE, places.number(), 500))
        ),
        "one experiment's events": asked(lambda s: len(events.of_experiment(s, places.one(), 0, 500))),
    }


def _results(session: Session, sweep_id: str) -> Sequence[SweepResult]:
    row = sweeps.get_of(session, DEFAULT_WORKSPACE, sweep_id)
    assert row is not None
    return results.record(session, row).results


def _records(rows: Sequence[ExperimentRow]) -> int:
    return len([record(row) for row in rows])


def _print_http(kind: str, hub: Hub, repeats: int) -> None:
    given = hub.settings
    env = service_env(given.data_dir, given.database_url, given.redis_url)
    with (
        running_api(given.data_dir, env) as (_, client),
        http_client(client.credentials) as http,
    ):
        _print(f"{kind}, over HTTP", _over_http(http, _places(hub)), repeats)


def _over_http(http: httpx.Client, places: Places) -> dict[str, Ask]:
    def get(path: Callable[[], str], query: Callable[[], Query] = dict) -> Ask:
        def ask() -> int:
            answer = http.get(f"/v1/{path()}", params=query()).raise_for_status().json()
            return len(answer.get("data", answer.get("results", ())))

        return ask

    def page(one: Filter) -> Ask:
        asked = {name: value for name, value in vars(one).items() if value is not None}
        return get(lambda: "experiments", lambda: {"limit": 50, **asked})

    def history() -> str:
        return f"experiments/{places.one_long()}/metrics"

    return {
        **{name: page(one) for name, one in _filters(places).items()},
        "one history, 1 000 rows": get(history),
        f"the same, {POINTS} points": get(history, lambda: {"max_points": POINTS}),
        "50 histories, 100 points each": get(
            lambda: "metrics", lambda: {"experiment": places.many(), "max_points": 100}
        ),
        "results of a sweep of 1 000": get(lambda: f"sweeps/{places.sweep}"),
        "one experiment": get(lambda: f"experiments/{places.one()}"),
    }


def _print(name: str, asks: dict[str, Ask], repeats: int) -> None:
    print(f"\n### {name}\n")
    print(table(COLUMNS, [_row(question, ask, repeats) for question, ask in asks.items()]), flush=True)


def _row(question: str, ask: Ask, repeats: int) -> list[str]:
    for _ in range(3):
        answer = ask()
    took = [_milliseconds(ask) for _ in range(repeats)]
    times, cpu = Sample(tuple(wall for wall, _ in took)), Sample(tuple(cpu for _, cpu in took))
    spread = (times.median, times.quantile(0.99), min(times.values), max(times.values), cpu.median)
    return [question, f"{answer:,}", *(f"{one:.2f}" for one in spread), str(times.n)]


def _milliseconds(ask: Ask) -> tuple[float, float]:
    """Wall-clock and CPU time of this process, both in seconds."""
    began = time.perf_counter(), time.process_time()
    ask()
    return 1e3 * (time.perf_counter() - began[0]), 1e3 * (time.process_time() - began[1])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--experiments", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    parser.add_argument("--repeats", type=int, default=50)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/gradus-scale"), help="kept for the next run")  # noqa: S108
    parser.add_argument("--http", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--mlflow", type=Path, help="the Python of an environment that has MLflow")
    parser.add_argument("--mlflow-runs", type=int, default=1000, help="number of runs in MLflow, which logs slowly")
    return parser.parse_args()


if __name__ == "__main__":
    main()
