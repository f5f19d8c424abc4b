"""The event log and the metrics rows, on both databases."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gradus.wire.event import StepProgress
from gradus.wire.finding import Finding
from gradus.wire.metrics import MetricsRow
from hub.database.database import now
from hub.experiments import events, experiments, metrics
from hub.experiments.mapping import record, stored_findings
from hub.hub import Hub
from hub.jobs import data_findings, runs
from hub.messaging.pubsub import EVENTS
from hub.tables import ExperimentRow
from tests.integration.hub.work import INFINITY, NAN, claim, submit, train_epoch
from tests.integration.hub.writes import FINDING


def test_numbers_have_no_gap_although_many_write_at_once(hub: Hub) -> None:
    rows = [submit(hub) for _ in range(3)]

    def say(number: int) -> None:
        with hub.write() as session:
            both = [events.log(rows[number % 3].id, "a"), events.log(rows[(number + 1) % 3].id, "b")]
            events.append(session, both, now(session))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(60)))
    with hub.read() as session:
        for row in rows:
            log = events.of_experiment(session, row.id, 0, 1000)
            assert [event.seq for event in log] == list(range(1, 42))


def test_a_reader_of_the_whole_log_misses_no_row_while_many_write(hub: Hub) -> None:
    rows = [submit(hub) for _ in range(4)]
    seen: list[int] = []
    stop = threading.Event()

    def follow() -> None:
        while True:
            ending = stop.is_set()
            with hub.read() as session:
                seen.extend(event.id for event in events.of_all(session, seen[-1] if seen else 0, 7))
                if ending and events.newest(session) == seen[-1]:
                    return

    def say(number: int) -> None:
        with hub.write() as session:
            events.append(session, [events.log(rows[number % 4].id, str(number))], now(session))

    reader = threading.Thread(target=follow)
    reader.start()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(say, range(200)))
    stop.set()
    reader.join()
    with hub.read() as session:
        everything = [event.id for event in events.of_all(session, 0, 10_000)]
    assert seen == everything
    assert len(seen) == 204


@pytest.mark.parametrize("value", [NAN, INFINITY, -INFINITY, 0.1, 0.0, 5e-324, 1.7976931348623157e308])
def test_metrics_keep_every_number_as_itself(hub: Hub, value: float) -> None:
    row = submit(hub)
    train_epoch(hub, claim(hub, row), 1, train_loss=value, test_accuracy=None)
    with hub.read() as session:
        (kept,) = metrics.read(session, row.id)
        stored = experiments.get(session, row.id)
    assert stored is not None
    for found in (kept, record(stored).latest):
        assert found is not None
        assert same(found.train_loss, value)
        assert found.test_accuracy is None


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or a == b


def test_an_epoch_event_carries_the_metrics_row(hub: Hub) -> None:
    row = submit(hub)
    train_epoch(hub, claim(hub, row), 1, validation_loss=NAN)
    with hub.read() as session:
        last = events.of_experiment(session, row.id, 2, 10)[-1]
        (kept,) = metrics.read(session, row.id)
    assert '"validation_loss":"NaN"' in last.data
    assert MetricsRow.model_validate_json(last.data).at == kept.at


def test_the_bell_rings_after_the_commit_and_names_the_experiment(hub: Hub) -> None:
    heard: list[str] = []
    listening, stopped = threading.Event(), threading.Event()

    def hear(experiment_id: str) -> None:
        heard.append(experiment_id)
        listening.set()

    ears = threading.Thread(target=hub.pubsub.subscribe, args=(EVENTS, hear, stopped.is_set))
    ears.start()
    while not listening.wait(0.05):
        hub.pubsub.publish(EVENTS, ["test"])
    row = submit(hub)
    while row.id not in heard and ears.is_alive():
        stopped.wait(0.01)
    stopped.set()
    ears.join()
    assert row.id in heard


def test_how_far_a_long_step_is_stands_in_the_logs_of_those_that_train(hub: Hub) -> None:
    row, waiting = submit(hub), submit(hub)
    claimed = claim(hub, row)
    step = StepProgress(what="downloading a", done=1, total=None, unit="bytes")
    with hub.write() as session:
        runs.report_progress(session, claimed.lease, [waiting.id, row.id], step)
    with hub.read() as session:
        told = {one.id: events.of_experiment(session, one.id, 0, 10)[-1] for one in (row, waiting)}
    assert (told[row.id].kind, told[row.id].data) == ("progress", step.model_dump_json())
    assert told[waiting.id].kind == "status"


def test_a_finding_is_told_once_however_often_it_is_found(hub: Hub) -> None:
    row = submit(hub)
    claimed = claim(hub, row)
    graver = FINDING.model_copy(update={"id": "data_leak", "severity": "critical"})
    for found in ([FINDING], [FINDING, graver]):
        with hub.write() as session:
            data_findings.record_findings(session, claimed.lease, [row.id], found)
    with hub.read() as session:
        told = [event for event in events.of_experiment(session, row.id, 0, 10) if event.kind == "finding"]
        kept = session.get_one(ExperimentRow, row.id)
        assert [one.id for one in stored_findings(kept)] == ["data_leak", "data_constant"]
    assert [Finding.model_validate_json(event.data).id for event in told] == ["data_constant", "data_leak"]
