"""What the server answers, through JSON and back."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter

from gradus.wire.message import rfc3339
from gradus.wire.metrics import MetricsRow

MOMENT = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
ROW: dict[str, Any] = {
    "epoch": 1,
    "step": 1100,
    "train_loss": 0.3,
    "train_accuracy": 0.9,
    "validation_loss": 0.2,
    "validation_accuracy": 0.95,
    "test_loss": 0.25,
    "test_accuracy": 0.94,
    "penalty": 0.0,
    "learning_rate": 0.02,
    "gradient_norm": 1.5,
    "seconds": 0.5,
    "samples_per_second": 110_000.0,
    "at": MOMENT,
}


@pytest.mark.parametrize(
    ("number", "text"), [(math.nan, "NaN"), (math.inf, "Infinity"), (-math.inf, "-Infinity"), (0.1 + 0.2, None)]
)
def test_every_float_survives_json(number: float, text: str | None) -> None:
    sent = MetricsRow.model_validate({**ROW, "train_loss": number, "gradient_norm": number})
    document = json.loads(sent.model_dump_json())
    assert document["train_loss"] == (text or number)
    read = MetricsRow.model_validate_json(sent.model_dump_json())
    assert repr(read.train_loss) == repr(read.gradient_norm) == repr(number)


def test_json_holds_no_bare_nan() -> None:
    text = MetricsRow.model_validate({**ROW, "train_loss": math.nan}).model_dump_json()
    assert json.loads(text, parse_constant=pytest.fail)["train_loss"] == "NaN"


def test_accuracies_are_null_for_regression() -> None:
    row = MetricsRow.model_validate({**ROW, "train_accuracy": None, "validation_accuracy": None, "test_accuracy": None})
    assert json.loads(row.model_dump_json())["test_accuracy"] is None


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (MOMENT, "2026-11-22T12:30:00.000000Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=2))), "2026-11-22T12:30:00.000000Z"),
        (MOMENT + timedelta(microseconds=1), "2026-11-22T12:30:00.000001Z"),
    ],
)
def test_times_are_rfc_3339_in_utc(moment: datetime, text: str) -> None:
    assert rfc3339(moment) == text
    assert json.loads(MetricsRow.model_validate({**ROW, "at": moment}).model_dump_json())["at"] == text
    assert TypeAdapter(datetime).validate_python(text) == moment


def test_a_client_ignores_keys_of_a_newer_server() -> None:
    assert MetricsRow.model_validate({**ROW, "colour": "blue"}) == MetricsRow.model_validate(ROW)
