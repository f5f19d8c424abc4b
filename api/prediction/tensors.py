"""Converts tensors of the Open Inference Protocol, in JSON and in binary, to arrays and back."""

import struct
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.prediction.values import flat, is_encodable
from export.signature import TensorSpec, TensorType
from gradus.wire.inference import AnswerTensor, Datatype, InferTensor, TensorMetadata

DATATYPES: Mapping[TensorType, Datatype] = {
    "bool": "BOOL",
    "uint8": "UINT8",
    "int64": "INT64",
    "float32": "FP32",
    "float64": "FP64",
    "text": "BYTES",
}
_SENT: Mapping[str, type[np.generic]] = {
    "BOOL": np.bool_,
    "UINT8": np.uint8,
    "UINT16": np.uint16,
    "UINT32": np.uint32,
    "INT8": np.int8,
    "INT16": np.int16,
    "INT32": np.int32,
    "INT64": np.int64,
    "FP16": np.float16,
    "FP32": np.float32,
    "FP64": np.float64,
}
"""The accepted types, provided that they convert to the model's type without loss."""
_TAKEN: Mapping[str, frozenset[type]] = {
    "b": frozenset({bool}),
    "u": frozenset({int}),
    "i": frozenset({int}),
    "f": frozenset({int, float, type(None)}),
}
"""The Python types of elements from JSON, by the kind of the array's dtype."""
_LENGTH = struct.Struct("<I")


class WrongTensor(Exception):
    """The tensor does not fit. The message completes the sentence "the input …"."""


def described(spec: TensorSpec) -> TensorMetadata:
    """The metadata of a model's tensor."""
    return TensorMetadata(name=spec.name, datatype=DATATYPES[spec.type], shape=(-1, *spec.shape))


def array_of(spec: TensorSpec, sent: InferTensor, content: bytes | None) -> NDArray[Any]:
    """The array of a tensor, (n, *shape), from its data in the document or from the bytes after the document.

    Raises:
        WrongTensor: the tensor's type or shape differs from the model's, or its number of values does not fit its
        shape.
    """
    shape = tuple(sent.shape)
    if len(shape) != 1 + len(spec.shape) or shape[1:] != spec.shape or shape[0] < 0:
        wanted = ", ".join(["n", *map(str, spec.shape)])
        raise WrongTensor(f"has the shape {list(shape)}, not [{wanted}]")
    size = prod(shape)
    if spec.type == "text":
        return _texts(sent, content, size).reshape(shape)
    own, given = np.dtype(spec.type), _SENT.get(sent.datatype)
    if given is None or not np.can_cast(given, own, "safe"):
        raise WrongTensor(f"has the type {sent.datatype}, not {DATATYPES[spec.type]}")
    values = _numbers(sent, np.dtype(given), size) if content is None else _of_bytes(content, np.dtype(given), size)
    return values.astype(own, copy=False).reshape(shape)


def answered(spec: TensorSpec, values: NDArray[Any], *, binary: bool) -> tuple[AnswerTensor, bytes]:
    """A tensor of the answer, and its bytes after the document, which are empty unless `binary`."""
    content = _to_bytes(spec, values) if binary else b""
    tensor = AnswerTensor(
        name=spec.name,
        datatype=DATATYPES[spec.type],
        shape=values.shape,
        parameters={"binary_data_size": len(content)} if binary else {},
        data=None if binary else tuple(values.reshape(-1).tolist()),
    )
    return tensor, content


def _numbers(sent: InferTensor, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    """The numbers of a tensor in JSON as an array; in a float tensor, null becomes NaN."""
    values = _flat(sent)
    if len(values) != size:
        raise _count(len(values), size)
    if not set(map(type, values)) <= _TAKEN[dtype.kind]:
        raise WrongTensor(f"has data that are not all {sent.datatype}")
    if dtype.kind in "ui" and values and not np.iinfo(dtype).min <= min(values) <= max(values) <= np.iinfo(dtype).max:
        raise WrongTensor(f"has numbers beyond {sent.datatype}")
    try:
        with np.errstate(over="ignore"):
            found = np.array(values, dtype=np.float64 if dtype.kind == "f" else dtype).astype(dtype)
    except OverflowError:
        raise WrongTensor(f"has numbers beyond {sent.datatype}") from None
    if dtype.kind == "f" and np.isinf(found).any():
        raise WrongTensor(f"has numbers beyond {sent.datatype}")
    return found


def _of_bytes(content: bytes, dtype: np.dtype[Any], size: int) -> NDArray[Any]:
    if len(content) != size * dtype.itemsize:
        raise WrongTensor(f"has {len(content)} bytes, but its shape needs {size * dtype.itemsize}")
    return np.frombuffer(content, dtype=dtype.newbyteorder("<"))


def _texts(sent: InferTensor, content: bytes | None, size: int) -> NDArray[Any]:
    if sent.datatype != "BYTES":
        raise WrongTensor(f"has the type {sent.datatype}, not BYTES")
    texts = _flat(sent) if content is None else _unpacked(content)
    if len(texts) != size:
        raise _count(len(texts), size)
    if not all(isinstance(text, str) and is_encodable(text) for text in texts):
        raise WrongTensor("has data that are not all texts")
    found = np.empty(size, dtype=object)
    found[:] = texts
    return found


def _flat(sent: InferTensor) -> list[Any]:
    """The data of a tensor as one flat list. The client sends them nested like the tensor's shape, or flat."""
    if not isinstance(sent.data, list):
        raise WrongTensor("has no data: send a list")
    try:
        return flat(sent.data, len(sent.shape))
    except ValueError:
        raise WrongTensor("has data that are nested deeper than its shape") from None


def _unpacked(content: bytes) -> list[str]:
    """The texts in binary data, each of which follows its length in four bytes."""
    found: list[str] = []
    place = 0
    while place < len(content):
        if place + _LENGTH.size > len(content):
            raise WrongTensor("has bytes that end within a length")
        (length,) = _LENGTH.unpack_from(content, place)
        place += _LENGTH.size
        if place + length > len(content):
            raise WrongTensor("has bytes that end within a text")
        try:
            found.append(content[place : place + length].decode())
        except UnicodeDecodeError:
            raise WrongTensor("has a text that is not UTF-8") from None
        place += length
    return found


def _to_bytes(spec: TensorSpec, values: NDArray[Any]) -> bytes:
    if spec.type != "text":
        return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes()
    texts: Sequence[bytes] = [text.encode() for text in values.reshape(-1).tolist()]
    return b"".join(_LENGTH.pack(len(text)) + text for text in texts)


def _count(found: int, size: int) -> WrongTensor:
    return WrongTensor(f"has {found} values, but its shape needs {size}")
