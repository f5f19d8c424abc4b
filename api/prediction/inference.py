"""Requests of the Open Inference Protocol: a JSON document, and binary tensors after it."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from api.http import parsing
from api.prediction.faults import Faults
from api.prediction.json_rows import check_count
from api.prediction.model import Model
from api.prediction.tensors import WrongTensor, answered, array_of
from gradus.errors import BadRequest
from gradus.nearest import nearest
from gradus.wire.inference import AnswerTensor, InferAnswer, InferRequest, InferTensor

SIZE = "binary_data_size"
"""The parameter of a tensor whose data follow the document: how many bytes they are."""


def infer(model: Model, body: bytes, document_bytes: int | None) -> tuple[bytes, int | None]:
    """The answer to a body whose first `document_bytes` are the document, all of it for None; and how many bytes of the
    answer are its document, None for all.

    Raises:
        BadRequest: the body is not JSON, or its binary tensors are cut off.
        InvalidSpec: the tensors do not fit the model.
    """
    document, rest = (body, b"") if document_bytes is None else (body[:document_bytes], body[document_bytes:])
    asked = parsing.read_large(document, InferRequest)
    found = model.session.run(_feeds(model, asked, rest))
    outputs: list[AnswerTensor] = []
    contents: list[bytes] = []
    for name, binary in _wanted(model, asked):
        spec = next(one for one in model.signature.outputs if one.name == name)
        tensor, content = answered(spec, found[name], binary=binary)
        outputs.append(tensor)
        contents.append(content)
    answer = InferAnswer(
        model_name=model.experiment_id, model_version=str(model.epoch), id=asked.id, outputs=tuple(outputs)
    )
    encoded = answer.model_dump_json().encode()
    content = b"".join(contents)
    return encoded + content, len(encoded) if any(one.data is None for one in outputs) else None


def _feeds(model: Model, asked: InferRequest, rest: bytes) -> dict[str, NDArray[Any]]:
    faults = Faults()
    known = {spec.name: spec for spec in model.signature.inputs}
    found: dict[str, NDArray[Any]] = {}
    for i, (sent, content) in enumerate(_with_bytes(asked.inputs, rest)):
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
        except WrongTensor as wrong:
            faults.add(f"inputs/{i}", f"the input '{sent.name}' {wrong}")
    given = {sent.name for sent in asked.inputs}
    for name in known:
        if name not in given:
            faults.add("inputs", f"the column '{name}' is missing")
    if len({len(array) for array in found.values()}) > 1:
        faults.add("inputs", "the first dimensions differ: all inputs must have the same number of rows")
    faults.refuse()
    return found


def _with_bytes(inputs: Sequence[InferTensor], rest: bytes) -> list[tuple[InferTensor, bytes | None]]:
    """Each tensor with its bytes, None for those whose data are in the document."""
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
    """The names of the outputs, and whether their data shall be binary."""
    by_default = asked.parameters.get("binary_data_output") is True
    names = [one.name for one in model.signature.outputs]
    if asked.outputs is None:
        return [(name, by_default) for name in names]
    faults = Faults()
    for i, one in enumerate(asked.outputs):
        if one.name not in names:
            faults.add(f"outputs/{i}/name", f"no output '{one.name[:200]}': there are {', '.join(names)}")
    faults.refuse()
    return [(one.name, bool(one.parameters.get("binary_data", by_default))) for one in asked.outputs]
