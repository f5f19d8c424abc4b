"""Training steps on a GPU by replay of a CUDA graph: each step is one launch instead of about thirty kernel
launches."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from worker.training.engine import Engine

WARM_UPS = 3
"""Steps before the capture, in which libraries allocate their memory."""

Body = Callable[[], None]
Capture = Callable[[Body], Body]
"""Captures a function, which it calls several times, and returns a function that replays it."""


def cuda_graph(body: Body) -> Body:
    """Capture a CUDA graph, as https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs describes."""
    side_stream: torch.cuda.Stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side_stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side_stream):
        for _ in range(WARM_UPS):
            body()
    torch.cuda.current_stream().wait_stream(side_stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        body()
    return graph.replay


class Replay:
    """Trains the steps of a chunk by replaying a captured step.

    A replay always reads and writes the same memory. So the batches and learning rates of the whole chunk are copied to
    the device, with a counter for the next step, which the step itself increments: nothing is sent between steps.
    """

    def __init__(self, engine: Engine, examples: Tensor, outputs: Tensor, norms: Tensor, capture: Capture = cuda_graph):
        """Training `examples` are (n, inputs). Steps write to `outputs` (steps, K, b, units) and `norms` (steps, K)."""
        self._engine, self._examples, self._capture = engine, examples, capture
        self._outputs, self._norms = outputs, norms
        self._at = torch.zeros(1, dtype=torch.int64, device=norms.device)
        self._norm = torch.empty_like(norms[:1])
        self._chunk: list[Tensor] = []
        self._one: list[Tensor] = []
        self._step: Body | None = None

    def __call__(
        self, first: int, rows: Sequence[Tensor], targets: Tensor, rates: Tensor, weights: Tensor | None = None
    ) -> None:
        """Train the steps from `first` on (0 = the first of the run).

        `rows` are the indices of each step's examples, (orders·b,): one order for each distinct seed of the K members.
        `targets` are (steps, K, b) or (steps, K, b, targets), learning `rates` (steps, K, 1), `weights` (steps, K, b).
        """
        self._load([torch.stack(list(rows)), targets, rates, *([] if weights is None else [weights])])
        if self._step is None:
            self._engine.seek(first)  # masks that were not generated yet are uninitialized
            self._step = self._captured()
        self._at.zero_()
        for number in range(first, first + len(rows)):
            self._engine.seek(number)
            self._step()

    def _load(self, values: list[Tensor]) -> None:
        if not self._chunk:
            self._chunk = [value.new_zeros(len(self._norms), *value.shape[1:]) for value in values]
            self._one = [torch.empty_like(chunk[:1]) for chunk in self._chunk]
        for chunk, value in zip(self._chunk, values, strict=True):
            chunk[: len(value)].copy_(value)

    def _captured(self) -> Body:
        """The captured step. Restores all tensors that the capture changed."""
        tensors = self._engine.tensors()
        before = {name: tensor.clone() for name, tensor in tensors.items()}
        step = self._capture(self._body)
        for name, tensor in before.items():
            tensors[name].copy_(tensor)
        return step

    def _body(self) -> None:
        for chunk, one in zip(self._chunk, self._one, strict=True):
            torch.index_select(chunk, 0, self._at, out=one)
        rows, targets, rate, *weights = (one[0] for one in self._one)
        batch = rows, targets, weights[0] if weights else None
        outputs = self._engine.step(self._examples, batch, rate, self._norm[0])
        self._outputs.index_copy_(0, self._at, outputs[None])
        self._norms.index_copy_(0, self._at, self._norm)
        self._at.add_(1).remainder_(len(self._norms))  # the capture may run more steps than a short chunk has
