"""Event streams: complete and in order, wherever the connection breaks."""

import asyncio
import itertools
import json
import threading
import time
from contextlib import ExitStack
from datetime import datetime

import httpx
import pytest
import redis
from sqlalchemy import Engine, event

from api.streaming import sources, subscriber
from api.streaming.broadcaster import Broadcaster
from api.streaming.encodings import SSE
from api.streaming.log_event import LogEvent
from api.streaming.streams import Streams
from gradus.status import Status
from gradus.wire.message import rfc3339
from hub.database.database import now
from hub.experiments import events
from hub.hub import Hub
from hub.jobs import runs
from hub.messaging.pubsub import EVENTS
from hub.tables import ExperimentRow
from tests.integration.api.service import SPEC, Service, Told, as_listed, on_sqlite, subscribed, wait_for
from tests.integration.hub.work import INFINITY, NAN, claim, submit, train_epoch
from tests.integration.plans import overheard


def finished(service: Service, epochs: int = 3) -> ExperimentRow:
    """A finished experiment, with a log of `epochs` + 4 rows."""
    row = submit(service.hub)
    claimed = claim(service.hub, row)
    for epoch in range(1, epochs + 1):
        train_epoch(service.hub, claimed, epoch)
    with service.hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
    return row


def envelope(one: Told) -> dict[str, object]:
    """The JSON document of an event."""
    front = {"seq": one.seq, "kind": one.event, "at": one.at, "experiment_id": one.experiment_id}
    return {**front, "data": one.data}


def test_what_is_over_streams_its_whole_log_and_ends(service: Service, client: httpx.Client) -> None:
    row = finished(service)
    with subscribed(client, f"/v1/experiments/{row.id}/events") as stream:
        log = list(stream)
    assert [one.id for one in log] == [1, 2, 3, 4, 5, 6, 7]
    assert [one.event for one in log] == ["status", "status", "epoch", "epoch", "epoch", "status", "end"]
    assert [one.seq for one in log] == [one.id for one in log]
    assert {one.experiment_id for one in log} == {row.id}
    assert [one.at for one in log] == sorted(rfc3339(datetime.fromisoformat(one.at)) for one in log)
    assert [one.data["status"] for one in log if one.event == "status"] == ["queued", "running", "succeeded"]
    assert [one.data["last_event"] for one in log if one.event != "epoch"] == [1, 2, 6, 7]
    assert log[-1].data == as_listed(client.get(f"/v1/experiments/{row.id}").json())
    metrics = client.get(f"/v1/experiments/{row.id}/metrics").json()["data"]
    assert [one.data for one in log if one.event == "epoch"] == metrics


@on_sqlite
def test_lines_of_json_tell_the_same(service: Service, client: httpx.Client) -> None:
    path = f"/v1/experiments/{finished(service).id}/events"
    lines = client.get(path, headers={"Accept": "application/x-ndjson"})
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    with subscribed(client, path) as stream:
        assert [json.loads(line) for line in lines.text.splitlines()] == [envelope(one) for one in stream]


def test_what_follows_an_answer_is_what_comes_after_its_last_event(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    claimed = claim(service.hub, row)
    train_epoch(service.hub, claimed, 1)
    path = f"/v1/experiments/{row.id}"
    answers = [client.get(path).json(), client.get(f"{path}/metrics").json()]
    answers += [client.get(f"{path}/log").json(), client.get("/v1/experiments").json()["data"][0]]
    answers += [client.get("/v1/metrics", params={"experiment": row.id}).json()["data"][row.id]]
    assert [one["last_event"] for one in answers] == [3] * 5
    train_epoch(service.hub, claimed, 2)
    with subscribed(client, f"{path}/events?after={answers[0]['last_event']}") as stream:
        after = next(stream)
    assert (after.seq, after.event, after.data["epoch"]) == (4, "epoch", 2)


@pytest.mark.parametrize("path", ["/v1/experiments", "/v1/sweeps", "/v1/sweeps/{id}"])
def test_what_follows_a_list_or_a_sweep_is_what_the_workspace_tells_after_its_last_event(
    service: Service, client: httpx.Client, path: str
) -> None:
    sweep = client.post("/v1/sweeps", json={"base": SPEC, "grid": {"l2": [0, 1]}}).json()
    experiment = sweep["results"][0]["experiments"][0]
    last = client.get(path.format(**sweep)).json()["last_event"]
    assert last == sweep["last_event"] > 0
    client.patch(f"/v1/experiments/{experiment}", json={"name": "other"})
    with subscribed(client, f"/v1/events?after={last}") as stream:
        after = next(stream)
    assert (after.id, after.data["id"], after.data["name"]) == (last + 1, experiment, "other")
    assert client.get(path.format(**sweep)).json()["last_event"] == last + 1


def test_a_change_is_answered_with_the_event_that_tells_it(service: Service, client: httpx.Client) -> None:
    made = client.post("/v1/experiments", json={"dataset": "digits", "layers": [8], "epochs": 1}).json()
    path = f"/v1/experiments/{made['id']}"
    changed = client.patch(path, json={"name": "other"}).json()
    over = client.post(f"{path}/cancel").json()
    with subscribed(client, f"{path}/events") as stream:
        log = list(stream)
    assert [one.event for one in log] == ["status", "status", "status", "end"]
    assert [one["last_event"] for one in (made, changed, over)] == [1, 2, 4]
    assert over == client.get(path).json()
    assert as_listed(over) == log[-1].data


def test_a_stream_cut_at_every_row_yields_each_row_once(service: Service, client: httpx.Client) -> None:
    path = f"/v1/experiments/{finished(service).id}/events"
    with subscribed(client, path) as stream:
        whole = list(stream)
    for cut in range(len(whole) + 1):
        with subscribed(client, path) as stream:
            before = list(itertools.islice(stream, cut))
        resume = {"headers": {"Last-Event-ID": str(before[-1].id)}} if before else {}
        with subscribed(client, path, **resume) as stream:
            assert before + list(stream) == whole
        with subscribed(client, f"{path}?after={cut}") as stream:
            assert before + list(stream) == whole


def test_a_living_stream_cut_at_every_row_yields_each_row_once(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    path = f"/v1/experiments/{row.id}/events"
    claimed = claim(service.hub, row)
    seen: list[Told] = []
    for epoch in range(1, 6):
        resume = {"headers": {"Last-Event-ID": str(seen[-1].id)}} if seen else {}
        with subscribed(client, path, **resume) as stream:
            train_epoch(service.hub, claimed, epoch)
            seen.append(next(stream))
    with service.hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.CANCELLED)
    with subscribed(client, path, headers={"Last-Event-ID": str(seen[-1].id)}) as stream:
        seen += stream
    assert [one.id for one in seen] == list(range(1, 10))
    with subscribed(client, path) as stream:
        assert list(stream) == seen


def test_rows_arrive_while_the_stream_is_open(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    with subscribed(client, f"/v1/experiments/{row.id}/events") as stream:
        assert next(stream).data["status"] == "queued"
        claimed = claim(service.hub, row)
        assert next(stream).data["status"] == "running"
        train_epoch(service.hub, claimed, 1, train_loss=NAN, test_loss=-INFINITY, gradient_norm=INFINITY)
        epoch = next(stream)
        assert (epoch.id, epoch.event, epoch.data["train_loss"]) == (3, "epoch", "NaN")
        assert (epoch.data["test_loss"], epoch.data["gradient_norm"]) == ("-Infinity", "Infinity")
        with service.hub.write() as session:
            runs.write_log(session, claimed.lease, row.id, "a line\nand 'another' ü\x85\u2028\u2029\x1c")
        assert next(stream).data == {"level": "info", "message": "a line\nand 'another' ü\x85\u2028\u2029\x1c"}
        with service.hub.write() as session:
            runs.end(session, claimed.lease, row.id, Status.FAILED)
        assert [one.event for one in stream] == ["status", "end"]


@on_sqlite
def test_garbage_in_the_header_is_ignored(service: Service, client: httpx.Client) -> None:
    path = f"/v1/experiments/{finished(service).id}/events"
    for garbage in (b"", b"x", b"-1", b"1.5", b"\xff", b"9" * 40, "١".encode(), b"0x10"):
        with subscribed(client, path, headers={b"Last-Event-ID": garbage}) as stream:
            assert len(list(stream)) == 7


def test_a_number_beyond_the_log_is_its_end(service: Service, client: httpx.Client) -> None:
    over = f"/v1/experiments/{finished(service).id}/events"
    for beyond in (999_999, 2**31, 2**53 - 1, 10**18 - 1):
        with subscribed(client, over, headers={"Last-Event-ID": str(beyond)}) as stream:
            assert list(stream) == []
    row = submit(service.hub)
    with subscribed(client, f"/v1/experiments/{row.id}/events?after=999999") as stream:
        wait_for(lambda: service.broadcaster.subscribers == 1)
        claim(service.hub, row)
        assert next(stream).id == 2


def test_a_stream_is_longer_than_a_page_of_the_database(service: Service, client: httpx.Client) -> None:
    """The `end` event may be the last row of a page of the query, with no rows after it."""
    row = submit(service.hub)
    claimed = claim(service.hub, row)
    with service.hub.write() as session:
        lines = [events.log(row.id, str(i)) for i in range(2 * sources.PAGE - 4)]
        events.append(session, lines, now(session))
    with service.hub.write() as session:
        runs.end(session, claimed.lease, row.id, Status.SUCCEEDED)
    with subscribed(client, f"/v1/experiments/{row.id}/events") as stream:
        assert [one.id for one in stream] == list(range(1, 2 * sources.PAGE + 1))


def test_who_is_slow_reads_the_database_again(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    count = 3 * subscriber.CAPACITY
    with subscribed(client, f"/v1/experiments/{row.id}/events") as stream:
        next(stream)
        with service.hub.write() as session:
            events.append(session, [events.log(row.id, "x" * 1000) for _ in range(count)], now(session))
        assert [next(stream).id for _ in range(count)] == list(range(2, count + 2))


def test_the_stream_over_everything_starts_now_and_says_whose_an_event_is(
    service: Service, client: httpx.Client
) -> None:
    submit(service.hub)
    with subscribed(client, "/v1/events") as stream:
        wait_for(lambda: service.broadcaster.subscribers == 1)
        one, two = submit(service.hub), submit(service.hub)
        train_epoch(service.hub, claim(service.hub, one), 1)
        heard = [next(stream) for _ in range(4)]
    assert [each.event for each in heard] == ["status", "status", "status", "epoch"]
    assert [each.experiment_id for each in heard] == [one.id, two.id, one.id, one.id]
    assert [each.seq for each in heard] == [1, 1, 2, 3]
    epoch = client.get(f"/v1/experiments/{one.id}/metrics").json()["data"][0]
    assert heard[-1].data == epoch
    with subscribed(client, f"/v1/experiments/{one.id}/events") as own:
        assert [envelope(next(own)) for _ in range(3)] == [envelope(each) for each in heard if each != heard[1]]


def test_the_stream_over_everything_cut_at_every_row_yields_each_row_once(
    service: Service, client: httpx.Client
) -> None:
    for _ in range(2):
        finished(service)
    with subscribed(client, "/v1/events?after=0") as stream:
        whole = [next(stream) for _ in range(14)]
    assert sorted({one.id for one in whole}) == [one.id for one in whole]
    for cut in range(14):
        after = whole[cut].id
        with subscribed(client, "/v1/events", headers={"Last-Event-ID": str(after)}) as stream:
            assert list(itertools.islice(stream, 13 - cut)) == whole[cut + 1 :]


@on_sqlite
def test_silence_is_broken_by_comments(service: Service, client: httpx.Client) -> None:
    with client.stream("GET", "/v1/events") as response:
        assert next(response.iter_raw()).startswith(b":")
    with client.stream("GET", "/v1/events", headers={"Accept": "application/x-ndjson"}) as response:
        lines = response.iter_lines()
        wait_for(lambda: service.broadcaster.subscribers == 1)
        submit(service.hub)
        assert json.loads(next(lines))["kind"] == "status"


def test_the_stream_of_a_deleted_experiment_ends(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    with subscribed(client, f"/v1/experiments/{row.id}/events") as stream:
        next(stream)
        assert client.delete(f"/v1/experiments/{row.id}").status_code == 204
        assert list(stream) == []


@on_sqlite
def test_nobody_listens_when_the_streams_are_closed(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    with subscribed(client, f"/v1/experiments/{row.id}/events") as stream, subscribed(client, "/v1/events"):
        next(stream)
        wait_for(lambda: service.broadcaster.subscribers == 2)
    wait_for(lambda: service.broadcaster.subscribers == 0)


@on_sqlite
def test_a_proxy_neither_stores_nor_holds_back_a_stream(client: httpx.Client) -> None:
    headers = client.head("/v1/events").headers
    assert (headers["cache-control"], headers["x-accel-buffering"]) == ("no-store", "no")


@on_sqlite
def test_a_heartbeat_comes_in_time_though_there_is_much_to_tell(service: Service, client: httpx.Client) -> None:
    """With each heartbeat the stream checks whether its client's key is still valid."""
    row = submit(service.hub)
    with client.stream("GET", f"/v1/experiments/{row.id}/events") as response:
        lines = response.iter_lines()
        for _ in range(20):  # 2 s of a row for each half of a heartbeat
            with service.hub.write() as session:
                events.append(session, [events.log(row.id, "x")], now(session))
            time.sleep(service.broadcaster.heartbeat / 2)
        with service.hub.write() as session:
            events.append(session, [events.log(row.id, "the last")], now(session))
        told_before = itertools.takewhile(lambda line: "the last" not in line, lines)
        assert sum(line.startswith(":") for line in told_before) >= 5


def test_a_change_of_what_people_wrote_is_told(service: Service, client: httpx.Client) -> None:
    waiting, over = submit(service.hub), finished(service)
    with subscribed(client, "/v1/events") as stream:
        wait_for(lambda: service.broadcaster.subscribers == 1)
        changed = [client.patch(f"/v1/experiments/{row.id}", json={"name": "new"}) for row in (waiting, over)]
        heard = [next(stream) for _ in range(3)]
    assert [(one.event, one.data["name"]) for one in heard] == [("status", "new"), ("status", "new"), ("end", "new")]
    assert heard[-1].data == as_listed(changed[1].json())
    assert heard[-1].experiment_id == over.id
    with subscribed(client, f"/v1/experiments/{over.id}/events") as stream:
        log = list(stream)
    assert [one.event for one in log[-4:]] == ["status", "end", "status", "end"]
    answer = client.get(f"/v1/experiments/{over.id}", headers={"If-None-Match": changed[1].headers["etag"]})
    assert answer.status_code == 304


@on_sqlite
def test_bytes_on_the_bell_that_are_no_id_end_no_stream(service: Service, client: httpx.Client) -> None:
    row = submit(service.hub)
    with subscribed(client, f"/v1/experiments/{row.id}/events?after=1") as stream:
        wait_for(lambda: service.broadcaster.subscribers == 1)
        with redis.Redis.from_url(service.hub.settings.redis_url) as pubsub:
            wait_for(lambda: pubsub.publish(EVENTS, b"\xff\xfe") > 0)
            claim(service.hub, row)
            assert next(stream).id == 2
            time.sleep(0.2)  # as long as an end would take
            wait_for(lambda: pubsub.publish(EVENTS, row.id) > 0)  # it is heard as before


def test_the_tail_begins_at_the_newest_row_though_somebody_listens_already(hub: Hub) -> None:
    """Clients that listen before the tail's first query read the earlier events themselves. Otherwise the tail would
    have to read the whole table."""
    row = submit(hub)
    with hub.write() as session:
        events.append(session, [events.log(row.id, str(i)) for i in range(3000)], now(session))
        newest = events.newest(session)

    async def scene() -> list[LogEvent]:
        broadcaster = Broadcaster(hub, poll=0.05)
        with broadcaster.subscribed(row.id) as early, overheard() as statements:
            following = asyncio.create_task(broadcaster.run())
            assert await early.next_events(20) == []
            assert early.overflowed
            early.clear()
            with broadcaster.subscribed(row.id) as late:
                await asyncio.to_thread(claim, hub, row)
                heard = [await early.next_events(20), await late.next_events(20)]
            broadcaster.stop()
            await following
        assert heard[0] == heard[1]
        read = [
            list(parameters.values()) if isinstance(parameters, dict) else list(parameters)
            for text, parameters in statements
            if "events.id > " in text
        ]
        assert all({newest, newest + 1} & set(parameters) for parameters in read)
        return heard[0]

    assert [one.seq for one in asyncio.run(scene())] == [3002]


def test_a_page_of_large_rows_is_a_short_one(hub: Hub) -> None:
    rows = [submit(hub, notes="x" * 20_000) for _ in range(10)]
    log, seen = sources.WorkspaceLog(rows[0].workspace_id), [0]
    while (page := log.read(hub, seen[-1])).log_events:
        assert sum(len(log_event.envelope) for log_event in page.log_events[:-1]) < sources.PAGE_BYTES
        assert page.more
        seen.extend(log.number(log_event) for log_event in page.log_events)
    assert len(seen) == 1 + len(rows)


@on_sqlite
def test_streams_that_read_their_logs_take_no_thread_from_other_requests(
    service: Service, client: httpx.Client
) -> None:
    row, go_on = submit(service.hub), threading.Event()

    def hold(_: object, __: object, text: str, *___: object) -> None:
        if "events.seq > " in text:
            go_on.wait(60)

    event.listen(Engine, "before_cursor_execute", hold)
    try:
        with ExitStack() as stack:
            path = f"{service.url}/v1/experiments/{row.id}/events"
            for _ in range(60):  # more than the pool of requests has threads
                stack.enter_context(httpx.stream("GET", path, timeout=60))
            assert client.get("/v1/system").status_code == 200
            assert not go_on.is_set()
            go_on.set()
    finally:
        go_on.set()
        event.remove(Engine, "before_cursor_execute", hold)


def test_a_crowd_of_streams_of_one_experiment_reads_its_log_once(hub: Hub) -> None:
    """Streams that are opened at the same time and at the same place in the log share their reads."""
    row = submit(hub)
    with hub.write() as session:
        events.append(session, [events.log(row.id, str(number)) for number in range(100)], now(session))

    async def welcome() -> bool:
        return True

    async def scene() -> list[bytes]:
        streams = Streams(hub, Broadcaster(hub))
        log = sources.ExperimentLog(row.id)
        opened = [streams.chunks(log, after, SSE, welcome) for after in (0, 50) for _ in range(250)]
        return await asyncio.gather(*(anext(stream) for stream in opened))

    with overheard() as statements:
        firsts = asyncio.run(scene())
    assert firsts == [firsts[0]] * 250 + [firsts[-1]] * 250
    assert [first.count(b"event: ") for first in (firsts[0], firsts[-1])] == [101, 51]
    assert sum("events.seq > " in text for text, _ in statements) == 2
