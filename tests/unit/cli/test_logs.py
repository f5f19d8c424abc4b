"""How a log is printed: dates, offsets, and the reason why a run failed."""

from datetime import UTC, datetime

import pytest

from gradus.cli import labels
from gradus.cli.commands.logs import _Lines
from gradus.client import StreamEvent
from gradus.client.response import ServiceClock
from gradus.status import EventKind
from gradus.wire.experiment import ExperimentRecord, LogLine
from tests.unit.client.said import document

FIRST, NEXT = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC)
FAILED = ExperimentRecord.model_validate(
    document(status="failed", error={"code": "internal", "message": "a\x1b fault"})
)


def printed(lines: _Lines, capsys: pytest.CaptureFixture[str]) -> list[str]:
    for seq, at in enumerate((FIRST, FIRST, NEXT), 1):
        lines.print(StreamEvent(seq, EventKind.LOG, at, "exp_1", LogLine(level="info", message=f"line\n{seq}")))
    return capsys.readouterr().out.splitlines()


def test_without_a_terminal_each_line_has_date_and_offset(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _Lines(dated=True)
    stamps = [labels.moment(one) for one in (FIRST, FIRST, NEXT)]
    assert printed(lines, capsys) == [f"{stamp}  line\\n{i}" for i, stamp in enumerate(stamps, 1)]


def test_in_a_terminal_the_date_stands_where_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(_Lines(dated=False), capsys)
    days = [f"{labels.moment(one)[:10]} UTC{labels.moment(one)[19:]}" for one in (FIRST, NEXT)]
    assert [lines[0], lines[3]] == days
    assert len(lines) == 5
    assert max(map(len, lines)) < 30


def test_a_run_that_failed_says_why_even_where_its_log_is_empty(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _Lines(dated=True)
    lines.print_failure(FAILED)
    assert capsys.readouterr().out.strip() == r"internal: a\x1b fault"
    lines.print_failure(FAILED)
    assert capsys.readouterr().out == ""  # once


def test_a_change_of_name_is_no_change_of_status(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _Lines(dated=True)
    for seq, status in enumerate(("queued", "running", "running", "queued", "running"), 1):
        record = ExperimentRecord.model_validate(document(status=status, name=f"name {seq}"))
        lines.print(StreamEvent(seq, EventKind.STATUS, FIRST, record.id, record))
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["queued", "running"] * 2


@pytest.mark.parametrize(
    ("date", "now"),
    [
        ("Sun, 22 Nov 2026 12:10:00 GMT", "12:10:00.500000"),
        ("Sun, 22 Nov 2026 11:00:00 GMT", "11:00:00.500000"),
        ("Sun, 22 Nov 2026 12:00:01 GMT", "12:00:00"),  # they agree
        ("yesterday", "12:00:00"),
        (None, "12:00:00"),
    ],
)
def test_the_time_is_that_of_the_services_clock(date: str | None, now: str) -> None:
    clock = ServiceClock(lambda: FIRST)
    clock.set(date)
    assert str(clock.now().time()) == now
