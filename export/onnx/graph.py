"""A graph under construction."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

OPSET, ML_OPSET, IR_VERSION = 21, 4, 10
ML = "ai.onnx.ml"
PRODUCER = "gradus"

TYPES: Mapping[str, int] = {
    "float64": TensorProto.DOUBLE,
    "float32": TensorProto.FLOAT,
    "int64": TensorProto.INT64,
    "uint8": TensorProto.UINT8,
    "bool": TensorProto.BOOL,
    "text": TensorProto.STRING,
}
"""ONNX's element types, by their names in `TensorType`."""


class Graph:
    """Nodes and constants; every tensor has a unique name.

    Inputs and outputs have the names of the user's columns; if another tensor would get such a name, it gets a
    different one.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []
        self._outputs: list[ValueInfoProto] = []
        self._scope = ""

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Within the block, names begin with this prefix."""
        before, self._scope = self._scope, f"{name}/"
        yield
        self._scope = before

    def input(self, name: str, type_: str, shape: Sequence[int]) -> str:
        """Add an input of this shape, with a batch axis before it."""
        self._inputs.append(helper.make_tensor_value_info(name, TYPES[type_], ["n", *shape]))
        return name

    def output(self, name: str, source: str, type_: str, shape: Sequence[int]) -> None:
        """Add an output of this shape, with a batch axis before it, equal to the tensor `source`."""
        self._nodes.append(helper.make_node("Identity", [source], [name], name=self._free(f"{name}/Identity")))
        self._outputs.append(helper.make_tensor_value_info(name, TYPES[type_], ["n", *shape]))

    def constant(self, value: NDArray[Any], name: str = "constant") -> str:
        """The name of a new constant tensor."""
        free = self._free(f"{self._scope}{name}")
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value).reshape(value.shape), free))
        return free

    def texts(self, values: Sequence[str], name: str = "texts") -> str:
        """The name of a new constant tensor of texts, (len(values),)."""
        free = self._free(f"{self._scope}{name}")
        self._constants.append(numpy_helper.from_array(np.array(values, dtype=object), free))
        return free

    def node(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """Add a node; returns the name of its output."""
        name = self._free(f"{self._scope}{op}")
        self._nodes.append(helper.make_node(op, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def cast(self, source: str, type_: str) -> str:
        """The tensor, cast to another type."""
        return self.node("Cast", source, to=TYPES[type_])

    def concat(self, sources: Sequence[str]) -> str:
        """Tensors (n, …) side by side."""
        return sources[0] if len(sources) == 1 else self.node("Concat", *sources, axis=1)

    def columns(self, source: str, positions: Sequence[int], width: int) -> str:
        """The columns at these positions of a tensor (n, width)."""
        if list(positions) == list(range(width)):
            return source
        return self.node("Gather", source, self.constant(np.array(positions, dtype=np.int64)), axis=1)

    def model(self, metadata: Mapping[str, str], description: str) -> ModelProto:
        """The finished model."""
        graph = helper.make_graph(self._nodes, "network", self._inputs, self._outputs, self._constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name=PRODUCER)
        model.doc_string = description
        helper.set_model_props(model, dict(metadata))
        return model

    def _free(self, name: str) -> str:
        free, n = name, 1
        while free in self._taken:
            n += 1
            free = f"{name}_{n}"
        self._taken.add(free)
        return free
