"""The training step of K networks of one shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.array import array_shape
from gradus.resolved import resolve
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.network import plan
from models.batch import Buffers, Gather, distinct_orders
from models.clip import Clip, GlobalNorm
from models.loss import loss
from models.network import Network, first_storage, network, network_masks
from models.optimizer import update
from models.penalty import penalty
from models.precision import products
from worker.training.report import Beat, DeadUnits, no_beat


@dataclass(frozen=True, eq=False)
class BatchPass:
    """A way through the network for batches of one size."""

    gather: Gather
    network: Network
    grad: Tensor
    """Memory for the loss's gradient by the outputs, (K, b, outputs)."""


Batch = tuple[Tensor, Tensor]
"""Rows of a step's examples (orders·b,) and their targets (K, b)."""


class Engine:
    """K untrained networks in flat storage, and the step that trains them."""

    def __init__(
        self,
        experiments: Sequence[Spec],
        examples: int,
        place: torch.device,
        dtype: torch.dtype,
        beat: Beat = no_beat,
    ) -> None:
        """`examples` is the length of an epoch: it decides the size of a full step and of a smaller last one."""
        assert len({array_shape(resolve(experiment)) for experiment in experiments}) == 1, "an array has one shape"
        first = experiments[0]
        seeds = [experiment.seed for experiment in experiments]
        self.plans = [plan(experiment) for experiment in experiments]
        self.storage = first_storage(self.plans, seeds, dtype, place, beat)
        self.batch = examples_per_step(first.batch_size, examples)
        like = self.storage.parameters
        self.loss = loss(self.plans[0].task, like)
        self.penalty = penalty([e.l1 for e in experiments], [e.l2 for e in experiments], like)
        self.update = update([e.optimizer for e in experiments], like, self.storage.gradient)
        self._clip = Clip([e.clip_norm for e in experiments], like)
        self._norm = GlobalNorm(self.storage.gradient)
        self._orders = len(distinct_orders(seeds))
        self._masks = network_masks(self.plans, seeds, self.batch, like)
        self._products = products(first.precision)
        buffers = Buffers(like)
        sizes = {self.batch, examples % self.batch or self.batch}
        self._passes = {size: self._pass(size, buffers) for size in sorted(sizes, reverse=True)}

    def _pass(self, size: int, buffers: Buffers) -> BatchPass:
        buffers.rewind()
        gather = Gather(len(self.plans), self._orders, size, self.plans[0].inputs, buffers)
        net = network(self.plans[0], self.storage, self._masks, self._products, size, buffers)
        return BatchPass(gather, net, buffers.empty(len(self.plans), size, self.plans[0].outputs))

    def seek(self, step: int) -> None:
        """Go to a step of the run (0 = the first): all that the next pass draws at random."""
        for masks in self._masks.values():
            masks.seek(step)

    def forward(self, examples: Tensor, rows: Tensor) -> Tensor:
        """Outputs (K, b, outputs) as in training, for an `EpochBatches`'s rows."""
        here = self._pass_for(rows)
        return here.network.forward(here.gather(examples, rows))

    def step(self, examples: Tensor, batch: Batch, rate: Tensor, norm: Tensor) -> Tensor:
        """One step of every member at learning rates (K, 1); writes the gradient's norms (K,) and gives the outputs.

        Always the same operations on the same memory, and none waits for the device.
        """
        rows, targets = batch
        here, storage = self._pass_for(rows), self.storage
        outputs = here.network.forward(here.gather(examples, rows))
        grad = self.loss.gradient(outputs, targets, here.grad)
        here.network.backward(grad)
        self.penalty.add_gradient(storage.weights(), storage.weights_gradient())
        self._norm(out=norm)
        self._clip(storage.gradient, norm)
        self.update(rate)
        return outputs

    def _pass_for(self, rows: Tensor) -> BatchPass:
        return self._passes[len(rows) // self._orders]

    def evaluate(self, inputs: Tensor) -> Tensor:
        """Outputs (K, n, outputs) for inputs (n, inputs), by the running statistics and without dropout."""
        return self._passes[self.batch].network.evaluate(inputs.expand(len(self.plans), -1, -1))

    def dead_units(self, inputs: Tensor, member: int) -> list[DeadUnits]:
        """ReLU layers of which more than half gives 0 for each of the inputs (n, inputs). Waits for the device."""
        network = self._passes[self.batch].network
        activations = {layer.name: layer.activation for layer in self.plans[member].layers}
        found: list[DeadUnits] = []
        for name, outputs in network.evaluated_layers(inputs.expand(len(self.plans), -1, -1)):
            dead = int((outputs[member] == 0).all(0).sum()) if activations[name] == "relu" else 0
            if 2 * dead > outputs.shape[2]:
                found.append(DeadUnits(name, dead, outputs.shape[2]))
        return found

    def layer_outputs(self, rows: Tensor) -> dict[str, Tensor]:
        """What each layer gave in the last forward pass of so many rows, (K, b, units), from input to output."""
        return self._pass_for(rows).network.outputs()

    def tensors(self) -> dict[str, Tensor]:
        """All that steps change, by name; the member is the first axis."""
        return {"parameters": self.storage.parameters, "statistics": self.storage.statistics, **self.update.slots}
