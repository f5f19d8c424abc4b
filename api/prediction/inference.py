"""Requests of the Open Inference Protocol: a JSON document, and binary tensors after it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.http import parsing
from api.prediction.budget import check_tensors
from api.prediction.faults import Faults
from api.prediction.json_rows import check_count
from api.prediction.model import Model
from api.prediction.tensors import WrongTensor, answered, array_of
from api.prediction.values import WrongValue
from gradus.errors import BadRequest
from gradus.nearest import nearest
from gradus.wire.inference import AnswerTensor, InferAnswer, InferRequest, InferTensor
from preprocessing.column import Column
from preprocessing.encode import FittedColumn
from preprocessing.given import type_of
from preprocessing.refused import refused

SIZE = "binary_data_size"
"""The parameter of a tensor with the size in bytes of its data, if they follow the document."""


def infer(model: Model, body: bytes, document_bytes: int | None) -> tuple[bytes, int | None]:
    """The answer to a request, and the length in bytes of the JSON document at its beginning; None if no binary tensors
    follow the document. `document_bytes` is the length of the JSON document at the beginning of the request's body,
    with the same meaning of None.

    Raises:
        BadRequest: the body is not JSON, or its binary tensors are cut off.
        InvalidSpec: the tensors do not fit the model.
        TooLarge: there are too many rows, or their answers are too large.
    """
    document, rest = (body, b"") if document_bytes is None else (body[:document_bytes], body[document_bytes:])
    asked = parsing.read_large(document, InferRequest)
    feeds, wanted = _feeds(model, asked, rest), _wanted(model, asked)
    specs = {one.name: one for one in model.signature.outputs}
    rows = max(map(len, feeds.values()), default=0)
    check_tensors(model, rows, ((specs[name], binary) for name, binary in wanted))
    found = _found(model, feeds, rows)
    outputs: list[AnswerTensor] = []
    contents: list[bytes] = []
    for name, binary in wanted:
        spec = specs[name]
        tensor, content = answered(spec, found[name], binary=binary)
        outputs.append(tensor)
        contents.append(content)
    answer = InferAnswer(
        model_name=model.origin.experiment_id,
        model_version=str(model.origin.epoch),
        id=asked.id,
        outputs=tuple(outputs),
    )
    encoded = answer.model_dump_json().encode()
    content = b"".join(contents)
    return encoded + content, len(encoded) if any(one.data is None for one in outputs) else None


def _found(model: Model, feeds: dict[str, NDArray[Any]], rows: int) -> dict[str, NDArray[Any]]:
    """The outputs by name, computed in batches of rows."""
    parts = [
        model.session.run({name: array[first : first + model.rows_at_once] for name, array in feeds.items()})
        for first in range(0, max(rows, 1), model.rows_at_once)
    ]
    return parts[0] if len(parts) == 1 else {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}


def _feeds(model: Model, asked: InferRequest, rest: bytes) -> dict[str, NDArray[Any]]:
    faults = Faults()
    known = {spec.name: spec for spec in model.signature.inputs}
    fitted = {column.column: column for column in model.fitted.columns}
    found: dict[str, NDArray[Any]] = {}
    for i, (sent, content) in enumerate(_with_bytes(asked.inputs, rest)):
        if faults.are_enough():
            break
        if sent.name in found:
            faults.add(f"inputs/{i}/name", f"the input '{sent.name[:200]}' is given twice")
            continue
        spec = known.get(sent.name)
        if spec is None:
            near = nearest(sent.name, known)
            hint = f": did you mean '{near}'?" if near else ""
            faults.add(f"inputs/{i}/name", f"no column '{sent.name[:200]}'{hint}")
            continue
        if sent.shape:
            check_count(sent.shape[0])
        try:
            found[sent.name] = array_of(spec, sent, content)
            _check_values(fitted[sent.name], found[sent.name])
        except (WrongTensor, WrongValue) as wrong:
            faults.add(f"inputs/{i}", f"the input '{sent.name}' {wrong}")
    given = {sent.name for sent in asked.inputs}
    for name in known:
        if name not in given:
            faults.add("inputs", f"the column '{name}' is missing")
    if len({len(array) for array in found.values()}) > 1:
        faults.add("inputs", "the first dimensions differ: all inputs must have the same number of rows")
    faults.refuse()
    return found


def _check_values(fitted: FittedColumn, values: NDArray[Any]) -> None:
    """Refuse values that rows in JSON may not have either.

    Raises:
        WrongValue: a value is missing but may not be, or is outside the range of its column.
    """
    if values.dtype.kind != "f":
        return
    if np.isinf(values).any():
        raise WrongValue("has a number beyond the range")
    if type_of(fitted) == "boolean" and not np.isin(values[~np.isnan(values)], (0, 1)).all():
        raise WrongValue("must be 0 or 1, or NaN where it is missing")
    plain = values.reshape(-1) if values.shape[1:] == (1,) else values
    missing = refused(fitted, Column(plain, np.zeros(len(values), dtype=np.bool_)))
    if missing.any():
        row = int(np.argmax(missing))
        raise WrongValue(f"is missing in row {row}, which the experiment's `refuse` does not allow")


def _with_bytes(inputs: Sequence[InferTensor], rest: bytes) -> list[tuple[InferTensor, bytes | None]]:
    """Each tensor with its binary data; None if its data are in the document."""
    found: list[tuple[InferTensor, bytes | None]] = []
    place = 0
    for sent in inputs:
        size = sent.parameters.get(SIZE)
        if size is None:
            found.append((sent, None))
            continue
        if not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= len(rest) - place:
            raise BadRequest(f"the binary data of '{sent.name[:200]}' are cut off", code="invalid_tensor")
        found.append((sent, rest[place : place + size]))
        place += size
    return found


def _wanted(model: Model, asked: InferRequest) -> list[tuple[str, bool]]:
    """The names of the requested outputs, each with whether its data are binary."""
    by_default = asked.parameters.get("binary_data_output") is True
    names = [one.name for one in model.signature.outputs]
    if asked.outputs is None:
        return [(name, by_default) for name in names]
    faults = Faults()
    seen: set[str] = set()
    for i, one in enumerate(asked.outputs):
        if faults.are_enough():
            break
        if one.name in seen:
            faults.add(f"outputs/{i}/name", f"the output '{one.name[:200]}' is given twice")
        seen.add(one.name)
        if one.name not in names:
            faults.add(f"outputs/{i}/name", f"no output '{one.name[:200]}': the outputs are {', '.join(names)}")
    faults.refuse()
    return [(one.name, bool(one.parameters.get("binary_data", by_default))) for one in asked.outputs]
