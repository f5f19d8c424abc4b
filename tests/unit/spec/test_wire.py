"""The responses of the service, converted to JSON and back."""

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.message import rfc3339
from gradus.wire.metrics import MetricsPage, MetricsRow
from gradus.wire.sweep import SweepSummary
from gradus.wire.tolerant import UnknownStatus
from tests.unit.client.said import document

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


def test_a_client_keeps_keys_of_a_newer_server() -> None:
    read = MetricsRow.model_validate({**ROW, "colour": "blue"})
    known = json.loads(MetricsRow.model_validate(ROW).model_dump_json())
    assert json.loads(read.model_dump_json()) == {**known, "colour": "blue"}


@pytest.mark.parametrize(("word", "kind"), [("running", Status), ("pruned", UnknownStatus)])
def test_a_status_that_is_not_known_is_kept_as_a_text(word: str, kind: type) -> None:
    page = MetricsPage.model_validate({"data": [], "last_epoch": 0, "status": word, "last_event": 0})
    assert (type(page.status), str(page.status), page.status.final) == (kind, word, False)
    assert json.loads(page.model_dump_json())["status"] == word
    schema = MetricsPage.model_json_schema(mode="serialization")
    assert schema["$defs"]["Status"]["enum"] == list(Status)
    assert schema["properties"]["status"] == {"$ref": "#/$defs/Status"}


def test_a_spec_that_is_not_known_is_kept_as_a_mapping_and_one_that_is_sent_is_refused() -> None:
    known = Spec(dataset="digits", layers=[8]).document()
    newer = {**known, "optimizer": {"kind": "lion", "lr": 0.1}}
    assert isinstance(ExperimentRecord.model_validate(document(spec=known)).spec, Spec)
    read = ExperimentRecord.model_validate({**document(), "spec": newer})
    assert (read.spec, read.document) == (newer, newer)
    with pytest.raises(ValidationError):
        Spec.model_validate(newer)


def test_what_a_sweep_has_of_members_whose_status_is_not_known_is_over_when_none_is_known_to_go_on() -> None:
    def summary(status: str, **counts: int) -> SweepSummary:
        rest = {"objective": {"metric": "f1", "goal": None}, "created_at": MOMENT}
        return SweepSummary.model_validate({"id": "swp_1", "name": "", "status": status, "counts": counts, **rest})

    assert summary("pruned", pruned=2, succeeded=1).over
    assert not summary("pruned", pruned=2, running=1).over
    assert not summary("running", pruned=2).over
    assert summary("pruned", pruned=2, succeeded=1).members_over == 1
