"""The training step of K networks of one shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gradus.array import array_shape
from gradus.dataset_plan import DatasetPlan
from gradus.device_name import ONEDNN_EVERYWHERE
from gradus.resolved import ResolvedSpec
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.loss import resolve_loss
from gradus.spec.memory import evaluation_rows
from models.augment import AugmentedGather, Draws
from models.batch import Buffers, Gather, Scale, distinct_orders
from models.clip import Clip, GlobalNorm
from models.loss import loss
from models.network import Network, network, network_masks
from models.optimizer import update
from models.penalty import penalty
from models.precision import products
from models.storage import initial_storage, learning_parts
from models.tap import Taps
from worker.training.report import DeadUnits, OnProgress, ignore_progress


@dataclass(frozen=True, eq=False)
class BatchPass:
    """The network and its memory for one batch size."""

    gather: Gather | AugmentedGather
    network: Network
    grad: Tensor
    """Memory for the gradient of the loss with respect to the outputs, (K, b, outputs)."""
    other_grad: Tensor | None
    """Memory for the gradient of the loss on the other examples of `mixup`; None without `mixup`."""


Batch = tuple[Tensor, Tensor, Tensor | None]
"""The example indices of a step (orders·b,), the targets (K, b) or (K, b, targets), and the weights in the gradient
(K, b), None if all are equal. A plain tuple, because one is created for every step."""


class Engine:
    """K networks in flat storage, initially untrained, and their training step."""

    def __init__(  # noqa: PLR0913, PLR0917 (all that is the same in every step)
        self,
        experiments: Sequence[Spec],
        data: DatasetPlan,
        examples: int,
        device: torch.device,
        dtype: torch.dtype,
        on_progress: OnProgress = ignore_progress,
        largest: float | None = None,
        deviation: Sequence[float] = (1.0,),
        libraries: str = ONEDNN_EVERYWHERE,
    ) -> None:
        """`examples` is the number of training examples, which determines the size of a full batch and of the last
        batch, which may be smaller. `largest` is the value that byte inputs are divided by, `deviation` the factor from
        each standardized regression target to its own units. `libraries` names the library for each large product, as a
        `CpuName` does."""
        resolved = [ResolvedSpec(experiment.written_out(data.task), data) for experiment in experiments]
        assert len(set(map(array_shape, resolved))) == 1, "shapes must be equal"
        first = experiments[0]
        seeds = [experiment.seed for experiment in experiments]
        self.plans = [one.network for one in resolved]
        self.storage = initial_storage(self.plans, seeds, dtype, device, on_progress)
        self.batch = examples_per_step(first.batch_size, examples)
        like = self.storage.parameters
        self.losses = [resolve_loss(e.loss, plan.task) for e, plan in zip(experiments, self.plans, strict=True)]
        self.loss = loss(self.losses, deviation, like)
        self.penalty = penalty([e.l1 for e in experiments], [e.l2 for e in experiments], like)
        parts = learning_parts(self.plans, self.storage.layout)
        self.update = update([e.optimizer for e in experiments], like, self.storage.gradient, parts)
        self.clip = Clip([e.clip_norm for e in experiments], like)
        self._norm = GlobalNorm(self.storage.gradient)
        words = [experiment.dataset.augment for experiment in experiments]
        self._orders = len(distinct_orders(seeds, words))
        self._draws = None
        if words[0]:
            assert data.image is not None, "only images are augmented"
            self._draws = Draws(seeds, words, data.image, examples, like)
        self._mixed: tuple[Tensor, Tensor | None] | None = None
        self._masks = network_masks(self.plans, seeds, self.batch, like)
        self._products = products(first.precision, libraries)
        self._scale = None if largest is None else Scale(largest, like)
        self._buffers = Buffers(like)
        sizes = {self.batch, examples % self.batch or self.batch}
        self._passes = {size: self._pass(size) for size in sorted(sizes, reverse=True)}

    def _pass(self, size: int, *, plain: bool = False) -> BatchPass:
        """A pass for batches of this size. A `plain` pass is for examples that all members share, without
        augmentation."""
        buffers, members, draws = self._buffers.rewind(), len(self.plans), None if plain else self._draws
        gather: Gather | AugmentedGather
        if draws is None:
            orders = 1 if plain else self._orders
            gather = Gather(members, orders, size, self.plans[0].inputs, buffers, self._scale)
        else:
            gather = AugmentedGather(draws, members, size, buffers, self._scale)
        net = network(self.plans[0], self.storage, self._masks, self._products, size, buffers)
        grads = [buffers.empty(members, size, self.plans[0].outputs) for _ in range(1 + bool(draws and draws.mixes))]
        return BatchPass(gather, net, grads[0], grads[1] if len(grads) > 1 else None)

    def mix_with(self, targets: Tensor, weights: Tensor | None) -> None:
        """Set the targets and the weights in the gradient of all training examples. `mixup` needs those of the other
        examples."""
        self._mixed = targets, weights

    def start_epoch(self, number: int) -> None:
        """Make the draws of the augmentation for an epoch (1 = the first)."""
        if self._draws is not None:
            self._draws.seek(number)

    def pass_for_sample(self, size: int) -> BatchPass:
        """A pass for a batch that all members share, without augmentation, no larger than that of a step. It uses the
        memory of the steps' passes."""
        assert size <= self.batch
        return self._pass(size, plain=True)

    def seek(self, step: int) -> None:
        """Select the dropout masks of a step of the run (0 = the first) for the next forward pass."""
        for masks in self._masks.values():
            masks.seek(step)

    def forward(self, examples: Tensor, rows: Tensor) -> Tensor:
        """Outputs (K, b, outputs) in training mode, for rows of `EpochBatches`."""
        batch_pass = self._pass_for(rows)
        return batch_pass.network.forward(batch_pass.gather(examples, rows))

    def step(self, examples: Tensor, batch: Batch, rate: Tensor, norm: Tensor) -> Tensor:
        """Train one step of every member at learning rates (K, 1); writes the gradient's norms (K,), returns the
        outputs.

        The operations and their memory are the same in every call, and none waits for the device.
        """
        outputs = self.gradient(examples, batch)
        self._norm(out=norm)
        self.clip(self.storage.gradient, norm)
        self.update(rate)
        return outputs

    def gradient(self, examples: Tensor, batch: Batch) -> Tensor:
        """Write the gradient of a batch's loss, penalties included, to `storage.gradient`; returns the outputs."""
        rows, targets, weights = batch
        batch_pass, storage = self._pass_for(rows), self.storage
        outputs = batch_pass.network.forward(batch_pass.gather(examples, rows))
        grad = self.loss.gradient(outputs, targets, batch_pass.grad)
        if weights is not None:
            grad.mul_(weights[..., None])
        if batch_pass.other_grad is not None:
            self._mix(batch_pass, outputs, grad)
        batch_pass.network.backward(grad)
        self.penalty.add_gradient(storage.weights(), storage.weights_gradient())
        return outputs

    def observe(self) -> dict[str, Taps]:
        """From now on, keep copies of what passes through every layer with weights in a full batch. Returns the taps by
        the layer's name."""
        return self._passes[self.batch].network.observe()

    def _mix(self, batch_pass: BatchPass, outputs: Tensor, grad: Tensor) -> None:
        """grad ← λ grad + (1 - λ) grad', the gradient of the loss of the other examples with their weights."""
        gather, other = batch_pass.gather, batch_pass.other_grad
        assert self._mixed is not None
        assert other is not None
        assert isinstance(gather, AugmentedGather)
        targets, weights = self._mixed
        of_other = gather.of_others(targets)
        self.loss.gradient(outputs, of_other, other)
        if weights is not None:
            other.mul_(gather.of_others(weights)[..., None])
        grad.mul_(gather.share).add_(other.mul_(1 - gather.share))

    def _pass_for(self, rows: Tensor) -> BatchPass:
        return self._passes[len(rows) // self._orders]

    def evaluate(self, inputs: Tensor) -> Tensor:
        """Outputs (K, n, outputs) for inputs (n, inputs), with the running statistics and without dropout."""
        return self.network.evaluate(self.expanded(inputs))

    @property
    def network(self) -> Network:
        """The network for full batches."""
        return self._passes[self.batch].network

    def dead_units(self, inputs: Tensor, member: int) -> list[DeadUnits]:
        """ReLU layers in which more than half of the units, or channels, output 0 for all inputs (n, inputs). Waits for
        the device."""
        relus = {layer.name for layer in self.plans[member].layers if layer.activation == "relu"}
        fires: dict[str, Tensor] = {}
        for part in torch.split(inputs, evaluation_rows(self.plans[member])):
            for name, outputs in self.network.evaluated_layers(self.expanded(part)):
                if name in relus:
                    some = outputs[member].flatten(0, -2).any(0)  # (units,), of images (channels,)
                    fires[name] = fires[name] | some if name in fires else some
        dead = [DeadUnits(name, len(some) - int(some.sum()), len(some)) for name, some in fires.items()]
        return [one for one in dead if 2 * one.dead > one.units]

    def expanded(self, inputs: Tensor) -> Tensor:
        """Inputs (n, inputs) as numbers, for every member, (K, n, inputs)."""
        numbers = inputs if self._scale is None else self._scale.numbers(inputs)
        return numbers.expand(len(self.plans), -1, -1)

    def layer_outputs(self, rows: Tensor) -> dict[str, Tensor]:
        """Each layer's output in the last forward pass for this number of rows, (K, b, units), from input to output."""
        return self._pass_for(rows).network.outputs()

    def tensors(self) -> dict[str, Tensor]:
        """All tensors that a step changes, by name; the first axis is the member."""
        return {"parameters": self.storage.parameters, "statistics": self.storage.statistics, **self.update.slots}
