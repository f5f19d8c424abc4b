"""The Open Inference Protocol, version 2, as servers of models speak it.

Source: https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol, with Triton's extension for
binary tensors.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gradus.wire.message import Message

Datatype = Literal["BOOL", "UINT8", "INT64", "FP32", "FP64", "BYTES"]


class ServerMetadata(Message):
    """The server's name, version and extensions."""

    name: str
    version: str
    extensions: tuple[str, ...]


class ServerLive(Message):
    """Whether the server answers."""

    live: bool


class ServerReady(Message):
    """Whether the server can run models."""

    ready: bool


class ModelReady(Message):
    """Whether a model can be run."""

    name: str
    ready: bool


class TensorMetadata(Message):
    """An input or output tensor of a model; -1 stands for the number of rows."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]


class ModelMetadata(Message):
    """The inputs and outputs of a model."""

    name: str
    """The experiment's id."""
    versions: tuple[str, ...]
    """The epochs that can be used, the best first."""
    platform: str
    inputs: tuple[TensorMetadata, ...]
    outputs: tuple[TensorMetadata, ...]


class InferTensor(BaseModel):
    """A tensor of a request. Its data are a nested or flat list, or bytes after the document."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    shape: list[int]
    datatype: str
    parameters: dict[str, Any] = Field(default={})
    data: Any = None


class InferOutput(BaseModel):
    """A requested output."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str
    parameters: dict[str, Any] = Field(default={})


class InferRequest(BaseModel):
    """The input tensors for a model. Unknown keys are ignored, as the protocol requires."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    id: str = ""
    """Id of the request, repeated in the answer."""
    parameters: dict[str, Any] = Field(default={})
    inputs: list[InferTensor]
    """A tensor for each column, all with the same first dimension."""
    outputs: list[InferOutput] | None = None
    """The requested outputs; null for all."""


class AnswerTensor(Message):
    """A tensor of an answer, row by row."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]
    parameters: dict[str, Any] = Field(default={})
    data: tuple[Any, ...] | None = None
    """Null if the data are sent as bytes after the document."""


class InferAnswer(Message):
    """The answer to a request."""

    model_name: str
    model_version: str
    id: str = ""
    """Id of the request."""
    outputs: tuple[AnswerTensor, ...]
