"""Tensors of the Open Inference Protocol, and their equivalence to rows in JSON."""

import json
from typing import Any

import numpy as np
import pytest

from api.prediction.inference import infer
from api.prediction.json_rows import columns_of
from api.prediction.model import Model
from api.prediction.tensors import WrongTensor, array_of
from api.prediction.values import WrongValue, elements
from export.signature import TensorSpec
from gradus.errors import InvalidSpec
from gradus.wire.inference import InferTensor
from gradus.wire.prediction import PredictRequest
from preprocessing.column import Column
from preprocessing.numbers import FittedStandard
from preprocessing.pixels import FittedArray
from preprocessing.refused import refused
from tests.unit.api.asked import model, number

PLAIN = FittedStandard(mean=0.0, deviation=1.0)
PAIR = FittedArray(column="pair", scalings=(PLAIN, PLAIN), fills=(None, 0.5), shape=(2,))


def tensor(data: Any, shape: list[int], datatype: str = "FP64", **more: Any) -> dict[str, Any]:
    return {"name": "x", "shape": shape, "datatype": datatype, "data": data, **more}


def asked(one: Model, *inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    content, _ = infer(one, json.dumps({"inputs": inputs, **more}).encode(), None)
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.fixture(scope="module")
def strict() -> Model:
    """A network with one input, a number that must not be missing."""
    return model(number("x", fill=None))


def nested(depth: int) -> Any:
    found: Any = "b"
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("data", [["a", nested(3)], [nested(900), "a"]])
def test_data_are_nested_no_deeper_than_their_shape(data: Any) -> None:
    spec, sent = TensorSpec("x", "text", (1,)), InferTensor(**tensor(data, [2, 1], "BYTES"))
    with pytest.raises(WrongTensor, match="nested deeper than its shape"):
        array_of(spec, sent, None)
    assert array_of(spec, InferTensor(**tensor([["a"], ["b"]], [2, 1], "BYTES")), None).tolist() == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("sent", "message"),
    [
        (tensor(["1.5", "nan"], [2, 1]), "not all FP64"),
        (tensor([True], [1, 1]), "not all FP64"),
        (tensor(None, [1, 1]), "has no data"),
        (tensor([10**400], [1, 1]), "beyond FP64"),
        (tensor([1e300], [1, 1], "FP32"), "beyond FP32"),
        (tensor([300], [1, 1], "UINT8"), "beyond UINT8"),
        (tensor([None], [1, 1]), "is missing in row 0, which the experiment's `refuse` does not allow"),
        (tensor([1.0, None], [2, 1]), "is missing in row 1"),
    ],
)
def test_values_that_rows_in_json_may_not_have_are_refused(strict: Model, sent: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidSpec, match=message):
        asked(strict, sent)


def test_nan_and_infinity_in_bytes_are_refused_where_they_are_in_json(strict: Model) -> None:
    for value in (np.nan, np.inf):
        sent = {"name": "x", "shape": [1, 1], "datatype": "FP64", "parameters": {"binary_data_size": 8}}
        document = json.dumps({"inputs": [sent]}).encode()
        with pytest.raises(InvalidSpec):
            infer(strict, document + np.float64(value).tobytes(), len(document))


def test_a_missing_number_with_a_fill_and_a_boolean_as_a_number() -> None:
    lenient = model(number("x"), number("y", type_="boolean"))
    zero = asked(lenient, tensor([0.0], [1, 1]), {**tensor([1.0], [1, 1]), "name": "y"})
    assert asked(lenient, tensor([None], [1, 1]), {**tensor([1], [1, 1]), "name": "y"}) == zero
    with pytest.raises(InvalidSpec, match="must be 0 or 1"):
        asked(lenient, tensor([0.0], [1, 1]), {**tensor([0.5], [1, 1]), "name": "y"})


def test_an_input_or_output_stands_there_once(strict: Model) -> None:
    one = tensor([1.0], [1, 1])
    with pytest.raises(InvalidSpec, match="the input 'x' is given twice"):
        asked(strict, one, one)
    with pytest.raises(InvalidSpec, match="the output 'prediction' is given twice"):
        asked(strict, one, outputs=[{"name": "prediction"}] * 30_000)
    assert len(asked(strict, one, outputs=[{"name": "prediction"}])["outputs"]) == 1


def test_no_more_unknown_inputs_are_looked_at_than_are_told(strict: Model) -> None:
    with pytest.raises(InvalidSpec, match="and at least 100 more mistakes") as told:
        asked(strict, *({**tensor([1.0], [1, 1]), "name": f"y{i}"} for i in range(1000)))
    assert len(told.value.errors) == 100


@pytest.mark.parametrize("value", [["1", "2"], [True, 2], [[["1"], ["2"]]], {"a": 1}, None, [1, [[[2]]]]])
def test_elements_of_arrays_are_numbers(value: Any) -> None:
    with pytest.raises(WrongValue):
        elements(value, (2,), np.float64)


def test_an_element_without_a_fill_must_not_be_missing() -> None:
    array = model(PAIR, layers=[])
    sent = {"name": "pair", "shape": [2, 2], "datatype": "FP64"}
    assert asked(array, {**sent, "data": [1, None, 2, 3]})["outputs"][0]["shape"] == [2, 1]
    with pytest.raises(InvalidSpec, match="is missing in row 1"):
        asked(array, {**sent, "data": [1, None, None, 3]})
    with pytest.raises(InvalidSpec, match="missing element"):
        columns_of(array, PredictRequest(rows=[{"pair": [None, 3]}]))


def test_rows_that_lack_what_the_experiment_refuses() -> None:
    values = np.array([[1, np.nan], [np.nan, 1], [np.inf, 1], [1, 1]])
    column = Column(values, np.zeros(4, dtype=np.bool_))
    assert refused(PAIR, column).tolist() == [False, True, True, False]
    missing = np.array([False, True])
    numbers = Column(np.array([1.0, 0.0]), missing)
    assert refused(number("x", fill=None), numbers).tolist() == [False, True]
    assert not refused(number("x"), numbers).any()
