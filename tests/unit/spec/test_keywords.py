"""A wrong keyword argument in Python gives the same error as a wrong key in a document."""

from typing import Any

import pytest
from pydantic import ValidationError

from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense
from gradus.spec.optimizer import Adam
from gradus.spec.spec_model import SpecModel
from gradus.sweep.request import SweepRequest
from gradus.wire.mistakes import mistakes

SPEC: dict[str, Any] = {"dataset": "mnist", "layers": [3]}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Spec, {**SPEC, "epoch": 4}),
        (Spec, {**SPEC, "learning_rate": 0.1}),
        (Spec, {**SPEC, "optimizer": {"kind": "adam", "beta_1": 0.5}}),
        (Spec, {**SPEC, "layers": [{"kind": "dense", "unit": 3}]}),
        (Spec, {**SPEC, "epoch": 4, "batch_size": 0, "dropout": "much"}),
        (Spec, {"epoch": 4}),
        (SweepRequest, {"base": SPEC, "grid": {"epochs": [1]}, "seed": 3}),
    ],
    ids=str,
)
def test_spec_words_are_told_as_over_http(model: type[SpecModel], fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as document:
        model.model_validate(fields)
    with pytest.raises(ValidationError) as keywords:
        model(**fields)
    assert mistakes(keywords.value, model) == mistakes(document.value, model)
    for one in mistakes(document.value, model):
        if one.message.startswith("unknown key"):
            assert one.message in str(keywords.value)


@pytest.mark.parametrize(
    ("model", "fields", "message"),
    [
        (Adam, {"learning_rate": 0.1}, "unknown key 'learning_rate': did you mean 'lr'?"),
        (Dense, {"unit": 3}, "unknown key 'unit': did you mean 'units'?"),
        (Dataset, {"name": "mnist", "limits": 3}, "unknown key 'limits': did you mean 'limit'?"),
    ],
)
def test_parts_of_a_spec_tell_their_keywords(model: type[SpecModel], fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        model(**fields)
    assert message in str(refusal.value)


def test_other_errors_are_told_as_before() -> None:
    with pytest.raises(ValidationError, match="Input should be greater than or equal to 1") as refusal:
        Dense(0)
    assert refusal.value.error_count() == 1
