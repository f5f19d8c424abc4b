"""The Open Inference Protocol, version 2, as servers of models speak it.

Source: https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol, with Triton's extension for
binary tensors.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Message

Datatype = Literal["BOOL", "UINT8", "INT64", "FP32", "FP64", "BYTES"]


class ServerMetadata(Message):
    """What the server is."""

    name: str
    version: str
    extensions: tuple[str, ...]


class ServerLive(Message):
    """Whether the server answers."""

    live: bool


class ServerReady(Message):
    """Whether the server can answer questions about models."""

    ready: bool


class ModelReady(Message):
    """Whether a model can be asked."""

    name: str
    ready: bool


class TensorMetadata(Message):
    """A tensor that a model takes or gives; -1 is the number of rows."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]


class ModelMetadata(Message):
    """What a model takes and gives."""

    name: str
    """The experiment's id."""
    versions: tuple[str, ...]
    """The epochs that can be asked, the best first."""
    platform: str
    inputs: tuple[TensorMetadata, ...]
    outputs: tuple[TensorMetadata, ...]


class InferTensor(BaseModel):
    """A tensor of a request. Its data are a list, nested or flat, or follow the document as bytes."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] = Field(default={})
    data: Any = None


class InferOutput(BaseModel):
    """An output that is wanted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    parameters: dict[str, Any] = Field(default={})


class InferRequest(BaseModel):
    """Tensors that a model is asked about. Unknown keys are ignored, as the protocol wants."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    id: str = ""
    """Repeated in the answer."""
    parameters: dict[str, Any] = Field(default={})
    inputs: list[InferTensor]
    """A tensor for each column, all with the same first dimension."""
    outputs: list[InferOutput] | None = None
    """The outputs that are wanted; null for all."""


class AnswerTensor(Message):
    """A tensor of an answer, row by row."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]
    parameters: dict[str, Any] = Field(default={})
    data: tuple[Any, ...] | None = None
    """Null if the data follow the document as bytes."""


class InferAnswer(Message):
    """The answer to a request."""

    model_name: str
    model_version: str
    id: str = ""
    """That of the request."""
    outputs: tuple[AnswerTensor, ...]
