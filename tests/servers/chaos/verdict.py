"""Whether every accepted experiment has the right outcome: read through the API, as by a client."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest

from gradus.client import Client
from gradus.client.events import StreamEvent
from gradus.spec.experiment import Spec
from gradus.status import EventKind, Status
from gradus.wire.experiment import ExperimentRecord, LogLine
from gradus.wire.metrics import MetricsRow
from tests.built_in import resolved
from tests.servers.chaos.gauge import Gauge
from tests.servers.chaos.orders import Order, experiments_of
from tests.servers.chaos.service import Service
from tests.servers.chaos.undisturbed import Undisturbed, numbers, on_all_cores


@dataclass(frozen=True)
class Verdict:
    """The outcome of all experiments."""

    experiments: int
    rows: int
    """Number of metrics rows, one for each epoch."""
    events: int
    losses: int
    """How often a run was continued after a loss, by the same worker or another one."""
    longest: timedelta
    """The longest time from the POST of an experiment to its end."""
    mismatches: tuple[str, ...]
    """A sentence for each error; empty if there is none."""


def judge(service: Service, orders: Sequence[Order], undisturbed: Undisturbed = on_all_cores) -> Verdict:
    """Compare the experiments of the service with those that were ordered, and with undisturbed runs."""
    gauge = Gauge(service.database_url)
    with Client(service.access.url, key=service.access.key) as client:
        records = _records(client)
        told = {one: tuple(client.experiments.get(one).events()) for one in records}
        rows = {one: client.experiments.get(one).metrics().data for one in records}
    arrays = gauge.arrays()
    found = [
        *_miscounted(records, orders),
        *(sentence for record in records.values() for sentence in _wrong(record, told[record.id], rows[record.id])),
        *_disturbed(records, rows, arrays, undisturbed),
    ]
    gauge.close()
    return Verdict(
        experiments=len(records),
        rows=sum(map(len, rows.values())),
        events=sum(map(len, told.values())),
        losses=sum(record.attempts - 1 for record in records.values()),
        longest=max(record.finished_at - record.created_at for record in records.values() if record.finished_at),
        mismatches=tuple(found),
    )


def _records(client: Client) -> dict[str, ExperimentRecord]:
    """All experiments of the service, by id."""
    return {one.id: one.record for one in client.experiments.list()}


def _miscounted(records: Mapping[str, ExperimentRecord], orders: Sequence[Order]) -> list[str]:
    """A sentence if an accepted experiment is missing, or if there are others."""
    asked = Counter(resolved(one).fingerprint for order in orders for one in experiments_of(order))
    there = Counter(record.fingerprint for record in records.values())
    missing, extra = (asked - there).total(), (there - asked).total()
    return [f"of {asked.total()} accepted experiments {missing} are missing, {extra} are extra"] * bool(missing + extra)


def _wrong(record: ExperimentRecord, told: Sequence[StreamEvent], rows: Sequence[MetricsRow]) -> list[str]:
    """A sentence for each contradiction within one experiment."""
    epochs = [event.data for event in told if event.kind is EventKind.EPOCH]
    ends = [event.seq for event in told if event.kind is EventKind.END]
    lines = [event.data.message for event in told if isinstance(event.data, LogLine)]
    losses = [line for line in lines if "goes on from" in line]
    checks = {
        f"is {record.status}: {record.error}": record.status is Status.SUCCEEDED,
        "has events with a gap, or twice": [event.seq for event in told] == list(range(1, len(told) + 1)),
        "has no end, or something after it": ends == [len(told)],
        "tells other epochs than its metrics": epochs == list(rows),
        "has not each epoch once": [row.epoch for row in rows] == list(range(1, record.progress.epoch + 1)),
        "shows another row as its latest": record.latest == (rows[-1] if rows else None),
        "found a checkpoint damaged": not any("damaged" in line or "no checkpoint is" in line for line in lines),
        "says something twice": len(losses) <= record.attempts,
    }
    return [f"{record.id} {sentence}" for sentence, fine in checks.items() if not fine]


def _disturbed(
    records: Mapping[str, ExperimentRecord],
    rows: Mapping[str, Sequence[MetricsRow]],
    arrays: Sequence[Sequence[str]],
    undisturbed: Undisturbed,
) -> list[str]:
    """A sentence for each experiment whose numbers differ from those of an undisturbed run."""
    calm = undisturbed([[Spec.model_validate(records[one].document) for one in array] for array in arrays])
    pairs = (
        (one, its) for array, members in zip(arrays, calm, strict=True) for one, its in zip(array, members, strict=True)
    )
    return [
        f"{one} differs from an undisturbed run: {_first_difference(its, mine)}; {json.dumps(records[one].document)}"
        for one, its in pairs
        if (mine := [numbers(row) for row in rows[one]]) != its
    ]


def _first_difference(expected: Sequence[str], found: Sequence[str]) -> str:
    """The first row that differs. One of the runs may be shorter than the other."""
    return next(f"{other}, not {one}" for one, other in zip_longest(expected, found) if one != other)
