"""How a terminal shows numbers and failures."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from gradus.cli import labels
from gradus.status import FailureCode
from gradus.wire.experiment import Failure, QueuePlace
from gradus.wire.layer_report import LayerReport
from gradus.wire.message import Message


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0.0, "0.0000"),
        (0.96451, "0.9645"),
        (-0.5, "-0.5000"),
        (1.234e-5, "1.23e-05"),
        (123456.0, "1.23e+05"),
        (math.nan, "nan"),
        (math.inf, "inf"),
    ],
)
def test_a_number_is_short_and_none_is_a_dash(value: float | None, shown: str) -> None:
    assert labels.number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(None, ""), (0.04, "0.0 s"), (89.0, "89.0 s"), (90.0, "2 min"), (7260.0, "2 h 01 min")]
)
def test_a_duration_is_short(seconds: float | None, shown: str) -> None:
    assert labels.duration(seconds) == shown


def test_a_failure_names_the_places_that_are_known() -> None:
    whole = Failure(code=FailureCode.DIVERGED, message="the loss is nan", epoch=1, step=3, layer="layers/0")
    assert labels.failure_line(whole) == "diverged: the loss is nan (epoch 1, step 3, layer layers/0)"
    assert labels.failure_line(Failure(code=FailureCode.INTERNAL, message="a fault")) == "internal: a fault"


def test_what_has_no_place_in_a_line_gets_none() -> None:
    assert labels.event_line(LayerReport(epoch=1, step=10, layers=()), 3) is None
    assert labels.event_line(Message(), 3) is None


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        (None, ""),
        ((7, None), "place 7"),
        ((7, 150.0), "place 7, starts in about 2 min"),
        ((1, -3.0), "place 1, starts in about 0.0 s"),
    ],
)
def test_a_place_in_the_queue_tells_when_a_run_starts(place: tuple[int, float | None] | None, shown: str) -> None:
    at = datetime(2026, 11, 30, tzinfo=UTC)
    found = None
    if place is not None:
        position, seconds = place
        start = None if seconds is None else at + timedelta(seconds=seconds)
        found = QueuePlace(position=position, estimated_start=start)
    assert labels.queue_place(found, at) == shown
