"""Embeddings of numbers and categories, with hand-written forward and backward passes for K networks at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

import torch
from torch import Tensor

from gradus.spec.embeddings import CategoryPlan, EmbeddingsPlan
from models.batch import Buffers
from models.precision import Products

Learned = tuple[Tensor, Tensor]
"""A tensor (K, rows, columns) and its gradient: views of the flat storage."""


class EmbeddingsLayer:
    """Concatenates unchanged inputs, learned periodic functions of numbers, and the vectors of categories."""

    def __init__(
        self,
        plan: EmbeddingsPlan,
        tensors: Mapping[str, Learned],
        products: Products,
        batch: int,
        buffers: Buffers,
        columns: "_Columns | None" = None,
    ) -> None:
        """`tensors` are given by their names in the plan. The layer is always the first, so the gradient with respect
        to x is never needed. `columns` may be taken from another layer of the same plan."""
        self._plan, self._tensors, self._products = plan, tensors, products
        any_tensor = next(iter(tensors.values()))[0]
        members = len(any_tensor)
        self.output = buffers.empty(members, batch, plan.units)
        self._columns = columns or _columns(plan, any_tensor.device)
        self._kept = self._columns.kept
        outputs = self.output[:, :, len(plan.kept) :]
        self._numbers = None
        if plan.numbers:
            width = len(plan.numbers) * (plan.periodic.size - 1)
            self._numbers = _Functions(plan, tensors, products, outputs[:, :, :width], self._columns.numbers, buffers)
            outputs = outputs[:, :, width:]
        self._categories: list[_Vectors] = []
        for i, block in enumerate(plan.categories):
            own, outputs = outputs[:, :, : block.size], outputs[:, :, block.size :]
            self._categories.append(_Vectors(block, tensors[f"category_{i}"], products, own, buffers))

    def forward(self, x: Tensor) -> Tensor:
        """x (K, b, inputs), embedded as (K, b, units)."""
        self.output[:, :, : len(self._kept)] = x.index_select(2, self._kept)
        for part in self._parts():
            part.forward(x)
        return self.output

    def backward(self, dy: Tensor, *, needs_dx: bool) -> None:
        """Write the gradient of every tensor."""
        assert not needs_dx, "embeddings are the first layer"
        start = len(self._kept)
        for part in self._parts():
            part.backward(dy[:, :, start : start + part.width])
            start += part.width

    def evaluate(self, x: Tensor) -> Tensor:
        """x (K, n, inputs), embedded as (K, n, units) in new memory."""
        shared = self._plan, self._tensors, self._products
        return EmbeddingsLayer(*shared, x.shape[1], Buffers(x), self._columns).forward(x)

    def _parts(self) -> "list[_Functions | _Vectors]":
        return [*([self._numbers] if self._numbers else []), *self._categories]


@dataclass(frozen=True, eq=False)
class _Columns:
    """Columns of the inputs, int64, on the device. They are sent there only once, because sending waits for the
    device."""

    kept: Tensor
    numbers: Tensor


def _columns(plan: EmbeddingsPlan, device: torch.device) -> _Columns:
    kept, numbers = (torch.tensor(found, dtype=torch.int64, device=device) for found in (plan.kept, plan.numbers))
    return _Columns(kept, numbers)


class _Functions:
    """V cos(2π w x + b) + c for n numbers with f frequencies and m functions each."""

    def __init__(
        self,
        plan: EmbeddingsPlan,
        tensors: Mapping[str, Learned],
        products: Products,
        output: Tensor,
        columns: Tensor,
        buffers: Buffers,
    ) -> None:
        """`output` (K, b, n·m) is written in every forward pass; `columns` (n,) are those of the numbers in x."""
        (members, batch, self.width), n = output.shape, len(plan.numbers)
        f, m = plan.periodic.frequencies, plan.periodic.size - 1
        self._columns = columns
        self._output = _split(output, 2, n).transpose(1, 2)  # (K, n, b, m)
        self._frequency, self._frequency_gradient = tensors["frequency"]  # (K, n, f)
        self._phase, self._phase_gradient = tensors["phase"]
        self._function, self._function_gradient = (_split(t, 1, n) for t in tensors["function"])  # (K, n, f, m)
        self._offset, self._offset_gradient = tensors["offset"]  # (K, n, m)
        self._x = buffers.empty(members, n, batch, 1)
        self._angle, self._cosine, self._slope = (buffers.empty(members, n, batch, f) for _ in range(3))
        self._weights, self._weights_gradient = (buffers.empty(members, n, f, m) for _ in range(2))
        self._sums, self._dy = (buffers.empty(members, n, batch, m) for _ in range(2))
        cosine, weights, dy = (t.flatten(0, 1) for t in (self._cosine, self._weights, self._dy))
        self._forward = products.bind(cosine, weights, self._sums.flatten(0, 1))
        self._by_weights = products.bind(cosine.mT, dy, self._weights_gradient.flatten(0, 1))
        self._by_cosine = products.bind(dy, weights.mT, self._slope.flatten(0, 1))

    def forward(self, x: Tensor) -> None:
        self._x.copy_(x.index_select(2, self._columns).mT[..., None])
        torch.mul(self._x, self._frequency[:, :, None], out=self._angle).mul_(2 * pi).add_(self._phase[:, :, None])
        torch.cos(self._angle, out=self._cosine)
        self._weights.copy_(self._function)
        self._forward()
        self._output.copy_(self._sums.add_(self._offset[:, :, None]))

    def backward(self, dy: Tensor) -> None:
        """dV = cosᵀ dy, dc = Σ dy; with da = -sin(a) · dy Vᵀ for the angles a: db = Σ da, dw = 2π Σ da · x."""
        self._dy.copy_(_split(dy, 2, self._output.shape[1]).transpose(1, 2))
        torch.sum(self._dy, 2, out=self._offset_gradient)
        self._by_weights()
        self._function_gradient.copy_(self._weights_gradient)
        self._by_cosine()
        self._slope.mul_(torch.sin(self._angle, out=self._angle)).neg_()
        torch.sum(self._slope, 2, out=self._phase_gradient)
        torch.sum(self._slope.mul_(self._x), 2, out=self._frequency_gradient)
        self._frequency_gradient.mul_(2 * pi)


def _split(tensor: Tensor, axis: int, parts: int) -> Tensor:
    """A view in which the axis of length parts·n is split into two, of lengths parts and n."""
    shape = tensor.shape
    return tensor.view(*shape[:axis], parts, shape[axis] // parts, *shape[axis + 1 :])


class _Vectors:
    """x E for the one-hot inputs x of a category's block, so the row of E that x selects."""

    def __init__(
        self, block: CategoryPlan, vectors: Learned, products: Products, output: Tensor, buffers: Buffers
    ) -> None:
        """`output` (K, b, size) is written in every forward pass."""
        members, batch, self.width = output.shape
        self._inputs, self._output = slice(block.start, block.start + block.width), output
        self._x = buffers.empty(members, batch, block.width)
        self._sums, self._dy = (buffers.empty(members, batch, block.size) for _ in range(2))
        self._forward = products.bind(self._x, vectors[0], self._sums)
        self._backward = products.bind(self._x.mT, self._dy, vectors[1])

    def forward(self, x: Tensor) -> None:
        self._x.copy_(x[:, :, self._inputs])
        self._forward()
        self._output.copy_(self._sums)

    def backward(self, dy: Tensor) -> None:
        """dE = xᵀ dy."""
        self._dy.copy_(dy)
        self._backward()
