"""Webhooks in the database: every event arrives, in order, whichever process ends."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from gradus.errors import Conflict
from gradus.status import EventKind
from gradus.wire.finding import Evidence, Finding
from gradus.wire.webhook import NewWebhook, WebhookRecord, WebhookRequest
from hub.database.database import now
from hub.experiments.events import Event, append, log
from hub.hub import Hub
from hub.tables import DEFAULT_WORKSPACE, EventRow, ExperimentRow, WebhookRow
from hub.webhooks import claims, deliverer, webhooks
from hub.webhooks.deliverer import AT_ONCE, OF_WORKSPACE, Deliverer
from tests.integration.hub.work import submit
from tests.servers.processes import Program, wait_until
from tests.servers.receiver import Call, Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def house(hub: Hub) -> Iterator[Hub]:
    """A hub whose operator allows webhooks that call this machine."""
    house = Hub(replace(hub.settings, webhook_hosts=frozenset({"127.0.0.1"})))
    yield house
    house.close()


def add(hub: Hub, url: str, *events: str, workspace: str = DEFAULT_WORKSPACE) -> NewWebhook:
    request = WebhookRequest.model_validate({"url": url, **({"events": list(events)} if events else {})})
    with hub.write() as session:
        return webhooks.create(session, workspace, request, now(session))


def shown(hub: Hub) -> WebhookRecord:
    with hub.read() as session:
        [record] = webhooks.listing(session, DEFAULT_WORKSPACE)
    return record


def deliver(hub: Hub) -> None:
    """Start all deliveries that are due, and wait for their end."""
    for thread in Deliverer(hub).look():
        thread.join()


def tell(hub: Hub, experiment_id: str, *events: Event) -> None:
    with hub.write() as session:
        append(session, events, now(session))


def finding(experiment_id: str) -> Event:
    found = Finding(
        id="lr_too_high", severity="warning", evidence=(Evidence(statistic="rho", value=-1.0),), because="too high"
    )
    return Event(experiment_id, EventKind.FINDING, found)


def hurry(hub: Hub) -> None:
    """Let the next attempt be due, and the leases of ended processes expire."""
    with hub.write() as session:
        past = now(session) - timedelta(seconds=1)
        session.execute(update(WebhookRow).values(next_at=past))
        session.execute(update(WebhookRow).where(WebhookRow.owner.is_not(None)).values(lease_until=past))


def ids(*pairs: tuple[str, int]) -> list[str]:
    return [f"{experiment_id}-{seq}" for experiment_id, seq in pairs]


def test_what_happens_after_a_webhook_was_made_is_told_in_order(house: Hub, receiver: Receiver) -> None:
    before = submit(house)
    made = add(house, receiver.url)
    first, second = submit(house), submit(house)
    tell(house, first.id, log(first.id, "not for a webhook"), finding(first.id))
    tell(house, before.id, finding(before.id))
    deliver(house)
    assert receiver.ids == ids((first.id, 1), (second.id, 1), (first.id, 3), (before.id, 2))
    assert [call.said["type"] for call in receiver.calls] == ["status", "status", "finding", "finding"]
    assert receiver.calls[0].said["data"]["status"] == "queued"
    assert receiver.calls[2].said["data"]["id"] == "lr_too_high"
    assert receiver.calls[0].path == "/hook?team=1"
    assert receiver.calls[0].headers["user-agent"].startswith("Gradus/")
    assert made.secret.startswith("whsec_")
    assert (shown(house).state, shown(house).delivered_at is not None) == ("active", True)
    deliver(house)
    assert len(receiver.calls) == 4


def test_a_webhook_hears_only_what_it_is_for_and_only_its_workspace(house: Hub, receiver: Receiver) -> None:
    with house.write() as session:
        session.execute(
            WebhookRow.metadata.tables["workspaces"].insert().values(id="other", events=0, created_at=now(session))
        )
    add(house, receiver.url, "finding")
    add(house, receiver.url, workspace="other")
    row = submit(house)
    tell(house, row.id, finding(row.id))
    deliver(house)
    assert receiver.ids == ids((row.id, 2))


def test_a_receiver_that_is_down_and_comes_up_misses_nothing(house: Hub, receiver: Receiver) -> None:
    receiver.answer = lambda _: (500, {})
    add(house, receiver.url)
    row = submit(house)
    deliver(house)
    assert (shown(house).state, shown(house).failures) == ("retrying", 1)
    assert shown(house).reason == "the receiver answered 500"
    tell(house, row.id, finding(row.id))
    deliver(house)
    assert receiver.ids == ids((row.id, 1)), "it waits before it tries again"
    receiver.answer = lambda _: (200, {})
    hurry(house)
    deliver(house)
    assert receiver.ids == ids((row.id, 1), (row.id, 1), (row.id, 2)), "the failed one first"
    assert (shown(house).state, shown(house).reason, shown(house).failures) == ("active", None, 0)


def test_delays_grow_and_then_the_webhook_is_disabled_until_it_is_enabled(house: Hub) -> None:
    with receiving() as gone:
        url = gone.url
    made = add(house, url)
    row = submit(house)
    for failures, delay in enumerate(claims.DELAYS, 1):
        deliver(house)
        with house.read() as session:
            wait = (session.get_one(WebhookRow, made.id).next_at - now(session)).total_seconds()
        assert shown(house).failures == failures
        assert delay - 60 < wait <= delay
        hurry(house)
    deliver(house)
    assert shown(house).state == "disabled"
    assert "refused" in (shown(house).reason or "")
    hurry(house)
    deliver(house)
    assert shown(house).failures == len(claims.DELAYS) + 1
    with receiving() as receiver:
        with house.write() as session:
            session.execute(update(WebhookRow).values(url=receiver.url))
            assert webhooks.enable(session, DEFAULT_WORKSPACE, made.id, now(session)) is not None
        deliver(house)
        assert receiver.ids == ids((row.id, 1))


def test_a_receiver_may_ask_for_more_time_and_for_no_more_calls(house: Hub, receiver: Receiver) -> None:
    receiver.answer = lambda _: (429, {"Retry-After": "600"})
    made = add(house, receiver.url)
    submit(house)
    deliver(house)
    with house.read() as session:
        wait = session.get_one(WebhookRow, made.id).next_at - now(session)
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)
    receiver.answer = lambda _: (410, {})
    hurry(house)
    deliver(house)
    assert shown(house).state == "disabled"


def test_a_redirect_to_this_machine_is_not_followed(house: Hub, receiver: Receiver) -> None:
    with receiving() as inside:
        receiver.answer = lambda _: (307, {"Location": inside.url})
        add(house, receiver.url)
        submit(house)
        deliver(house)
        assert inside.calls == []
        assert "redirects are not followed" in (shown(house).reason or "")


def test_who_is_not_allowed_any_more_is_not_called(hub: Hub, house: Hub, receiver: Receiver) -> None:
    add(house, receiver.url)
    submit(house)
    deliver(hub)  # its operator allows nothing
    assert receiver.calls == []
    assert shown(hub).reason == "must begin with https://: calls to public addresses are encrypted"


def test_one_process_at_a_time_delivers(house: Hub, receiver: Receiver) -> None:
    arrived, go = threading.Event(), threading.Event()

    def hold(_: Call) -> tuple[int, dict[str, str]]:
        arrived.set()
        go.wait(60)
        return 200, {}

    receiver.answer = hold
    add(house, receiver.url)
    submit(house)
    [first] = Deliverer(house).look()
    arrived.wait(60)
    assert Deliverer(house).look() == []
    go.set()
    first.join()
    assert len(receiver.calls) == 1


def test_who_was_overtaken_writes_nothing(house: Hub, receiver: Receiver) -> None:
    made = add(house, receiver.url)
    submit(house)
    with house.write() as session:
        stale = claims.claim(session, made.id)
    assert stale is not None
    hurry(house)
    deliver(house)
    before = shown(house)
    with house.write() as session:
        assert claims.delivered(session, stale, stale.cursor + 5) is None
        claims.failed(session, stale, "late", None, is_final=True)
    assert shown(house) == before


def test_a_killed_process_loses_no_event_and_the_next_one_goes_on(
    house: Hub, receiver: Receiver, tmp_path: Path
) -> None:
    """The process is killed while the receiver handles the second call. The next process repeats that call, and then
    makes the third."""
    held, go = threading.Event(), threading.Event()

    def answer(_: Call) -> tuple[int, dict[str, str]]:
        if len(receiver.calls) == 2:
            held.set()
            go.wait(60)
        return 200, {}

    receiver.answer = answer
    add(house, receiver.url)
    rows = [submit(house) for _ in range(3)]
    settings = house.settings
    env = {
        "GRADUS_DATABASE_URL": settings.database_url,
        "GRADUS_REDIS_URL": settings.redis_url,
        "GRADUS_DATA_DIR": str(tmp_path),
        "GRADUS_WEBHOOK_HOSTS": "127.0.0.1",
        "PATH": os.environ["PATH"],
    }
    with Program(tmp_path / "deliverer.log", "tests.servers.deliverer", env=env) as program:
        wait_until(held.is_set, "the second call")
        program.kill()
    go.set()
    hurry(house)
    deliver(house)
    first, second, third = (f"{row.id}-1" for row in rows)
    assert receiver.ids == [first, second, second, third]


def test_a_deleted_webhook_is_quiet_and_events_that_are_gone_are_passed_over(house: Hub, receiver: Receiver) -> None:
    made = add(house, receiver.url)
    row = submit(house)
    tell(house, row.id, finding(row.id))
    with house.write() as session:
        session.execute(delete(EventRow).where(EventRow.experiment_id == row.id, EventRow.seq == 1))
    deliver(house)
    assert receiver.ids == ids((row.id, 2))
    with house.write() as session:
        assert not webhooks.remove(session, "other", made.id)
        assert webhooks.remove(session, DEFAULT_WORKSPACE, made.id)
    submit(house)
    deliver(house)
    assert len(receiver.calls) == 1


def test_slow_receivers_of_one_workspace_leave_places_to_another(house: Hub, receiver: Receiver) -> None:
    with house.write() as session:
        session.execute(
            WebhookRow.metadata.tables["workspaces"].insert().values(id="other", events=0, created_at=now(session))
        )
    go = threading.Event()
    with receiving() as slow:

        def hold(_: Call) -> tuple[int, dict[str, str]]:
            go.wait(60)
            return 200, {}

        slow.answer = hold
        for _ in range(AT_ONCE):
            add(house, slow.url)
        row = submit(house)
        add(house, receiver.url, workspace="other")
        with house.write() as session:
            session.execute(update(ExperimentRow).values(workspace_id="other"))
        tell(house, row.id, finding(row.id))
        one = Deliverer(house)
        threads = one.look()
        wait_until(lambda: receiver.ids == ids((row.id, 2)), "the other workspace's call")
        assert len(threads) == OF_WORKSPACE + 1
        assert one.look() == []
        go.set()
        for thread in threads:
            thread.join()


def test_a_webhook_with_many_events_goes_behind_those_that_wait(
    house: Hub, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "EVENTS_IN_TURN", 2)
    monkeypatch.setattr(deliverer, "OF_WORKSPACE", 1)
    with receiving() as second:
        add(house, receiver.url)
        add(house, second.url)
        rows = [submit(house) for _ in range(3)]
        deliver(house)
        assert (receiver.ids, second.ids) == (ids((rows[0].id, 1), (rows[1].id, 1)), [])
        deliver(house)
        assert second.ids == receiver.ids
        deliver(house)
        assert receiver.ids == ids(*((row.id, 1) for row in rows))


def test_webhooks_without_news_do_not_keep_others_waiting(house: Hub, receiver: Receiver) -> None:
    for _ in range(AT_ONCE):
        add(house, receiver.url, "finding")
    add(house, receiver.url, "status")
    row = submit(house)
    deliver(house)
    assert receiver.ids == ids((row.id, 1))


def test_many_events_that_are_not_for_a_webhook_are_passed_over_once(
    house: Hub, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "SKIPPED_AT_ONCE", 2)
    made = add(house, receiver.url, "finding")
    cursor = select(WebhookRow.cursor).where(WebhookRow.id == made.id)
    with house.read() as session:
        begin = session.scalar(cursor) or 0
    row = submit(house)
    deliver(house)
    with house.read() as session:
        assert session.scalar(cursor) == begin, "one event is read again: that is cheaper than a write"
    tell(house, row.id, log(row.id, "one"), log(row.id, "two"))
    deliver(house)
    with house.read() as session:
        assert session.scalar(cursor) == begin + 3
    tell(house, row.id, finding(row.id))
    deliver(house)
    assert receiver.ids == ids((row.id, 4))


def test_a_workspace_has_a_limit(hub: Hub) -> None:
    for _ in range(webhooks.MAX_WEBHOOKS):
        add(hub, "https://example.com/")
    with pytest.raises(Conflict, match="maximum"):
        add(hub, "https://example.com/")
