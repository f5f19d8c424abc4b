"""Gradients and updates of all layers, in a step on sampled examples that is undone afterwards."""

from functools import partial

import torch
from torch import Tensor

from gradus.spec.nodes.dense import DensePlan
from gradus.wire.layer_report import BINS
from insight.statistics.gradients import delta_rms, example_norms, noise_scale, norm, predicted_decrease, rho
from insight.statistics.histogram import histogram
from models.layer import DenseLayer
from models.observation import Observation
from worker.training.engine import BatchPass, Engine
from worker.training.statistics.activations import is_reported
from worker.training.statistics.readings import Readings
from worker.training.statistics.sample import Sample


class TrialStep:
    """A step on the sample, as the run would take it: with dropout, batch statistics, penalties and clipping."""

    def __init__(self, engine: Engine, sample: Sample, *, full: bool) -> None:
        """With `full`, histograms are measured, too."""
        self._engine, self._sample, self._full = engine, sample, full
        self._pass: BatchPass = engine.pass_for_sample(len(sample.rows))
        self._layers = [layer for layer in engine.plans[0].layers if is_reported(layer)]
        norms = all(isinstance(layer, DensePlan) and layer.batch_norm is None for layer in engine.plans[0].layers)
        self._has_example_norms = norms and len(sample.rows) > 1
        """Whether the gradient norms of single examples are measured. They are exact in dense layers, if no example
        depends on the others."""
        self.losses: Tensor
        """Losses of the batch's examples before the step, in training mode, float64 (K, b)."""

    def measure(self, examples: Tensor, before: dict[str, Tensor], rate: Tensor, steps: int) -> Readings:
        """The statistics of a step at learning rates (K, 1), in epochs of `steps` steps.

        The step is not undone. `before` has copies of the tensors that it changes, made before the step.
        """
        engine, readings = self._engine, Readings()
        first_loss = self._forward(examples)
        self.losses = self._reported()
        self._backward(readings)
        self._see_growth(readings, first_loss)
        engine.penalty.add_gradient(engine.storage.weights(), engine.storage.weights_gradient())
        total = norm(engine.storage.gradient)
        self._see_gradients(readings)
        predicted = self._descend(readings, before["parameters"], total, rate)
        resolution = 10 * torch.finfo(engine.storage.parameters.dtype).eps
        readings["", "rho"] = rho(first_loss, self._forward(examples), predicted, resolution)
        readings["", "decrease"] = steps * predicted / first_loss
        return readings

    def _forward(self, examples: Tensor) -> Tensor:
        """The batch's mean loss with its penalty, float64, (K,)."""
        engine, sample = self._engine, self._sample
        self._outputs = self._pass.network.forward(self._pass.gather(examples, sample.rows))
        targets = sample.targets.double() if sample.targets.is_floating_point() else sample.targets
        losses = engine.loss.minimized(self._outputs.double(), targets)
        if sample.weights is not None:
            losses = losses * sample.weights
        if not (engine.penalty.has_l1 or engine.penalty.has_l2):
            return losses.mean(1)
        return losses.mean(1) + engine.penalty.value(engine.storage.weights())

    def _reported(self) -> Tensor:
        """The losses of the examples as metrics report them, float64 (K, b)."""
        targets = self._sample.targets
        exact = targets.double() if targets.is_floating_point() else targets
        return self._engine.loss.values(self._outputs.double(), exact)

    def _see_growth(self, readings: Readings, loss: Tensor) -> None:
        """-g·w / L, with the gradient of the loss L alone, which penalties are not part of yet."""
        storage, penalty = self._engine.storage, self._engine.penalty
        weights = storage.weights()
        if penalty.has_l1 or penalty.has_l2:
            loss = loss - penalty.value(weights)
        readings["", "growth_gain"] = predicted_decrease([(storage.weights_gradient(), weights)]) / loss

    def _backward(self, readings: Readings) -> None:
        """Compute the gradient of the loss alone, after the forward pass."""
        sample, network = self._sample, self._pass.network
        grad = self._engine.loss.gradient(self._outputs, sample.targets, self._pass.grad)
        if sample.weights is not None:
            grad.mul_(sample.weights[..., None])
        squares: list[Tensor] = []
        observed = [layer.name for layer in self._layers if layer.name in network.observable]
        observations = {
            name: Observation(see_gradient=partial(self._see_delta, readings, name, squares)) for name in observed
        }
        with network.observed(observations):
            network.backward(grad)
        if self._has_example_norms:
            squared_norm = norm(self._engine.storage.gradient).square()
            readings["", "noise_scale"] = noise_scale(torch.stack(squares).sum(0), squared_norm)

    def _see_delta(self, readings: Readings, name: str, squares: list[Tensor], dz: Tensor) -> None:
        examples = len(self._sample.rows)
        readings[name, "delta_rms"] = delta_rms(dz, examples)
        if self._has_example_norms:
            layer = self._pass.network.observable[name]
            assert isinstance(layer, DenseLayer)
            squares.append(
                example_norms(layer.input, dz, has_bias=f"{name}.bias" in self._engine.storage.layout.parameters)
            )
        if self._full:
            low, high, counts = histogram(dz, BINS)
            readings[name, "deltas.low"], readings[name, "deltas.high"] = low * examples, high * examples
            readings[name, "deltas.counts"] = counts

    def _see_gradients(self, readings: Readings) -> None:
        storage = self._engine.storage
        for layer in self._layers:
            if not layer.tensors:
                continue
            weights, gradients = (
                self._tensors(layer.name, storage.parameters),
                self._tensors(layer.name, storage.gradient),
            )
            readings[layer.name, "weight_norm"] = _joint_norm(weights)
            readings[layer.name, "gradient_norm"] = _joint_norm(gradients)
            if self._full:
                for kind, tensors in (("weights", weights), ("gradients", gradients)):
                    low, high, counts = histogram(torch.cat([tensor.flatten(1) for tensor in tensors], 1), BINS)
                    readings[layer.name, f"{kind}.low"], readings[layer.name, f"{kind}.high"] = low, high
                    readings[layer.name, f"{kind}.counts"] = counts

    def _descend(self, readings: Readings, before: Tensor, total: Tensor, rate: Tensor) -> Tensor:
        """Take the step, and return the decrease of the loss that its gradient predicts, (K,)."""
        engine = self._engine
        gradient = engine.storage.gradient
        engine.clip(gradient, total)
        engine.update(rate)
        change = engine.storage.parameters - before
        for layer in self._layers:
            if layer.tensors:
                readings[layer.name, "update_norm"] = _joint_norm(self._tensors(layer.name, change))
        return predicted_decrease([(gradient, change)]) / engine.clip.factor(total)

    def _tensors(self, name: str, flat: Tensor) -> list[Tensor]:
        """The layer's weights within flat tensors (K, P); all that it learns if it has no weights."""
        layer = next(one for one in self._layers if one.name == name)
        weights = [tensor for tensor in layer.tensors if tensor.is_weight] or layer.tensors
        blocks = self._engine.storage.layout.parameters
        return [blocks[f"{name}.{tensor.name}"].of(flat) for tensor in weights]


def _joint_norm(tensors: list[Tensor]) -> Tensor:
    """L2 norm (K,) of all tensors together."""
    norms = [norm(tensor) for tensor in tensors]
    return norms[0] if len(norms) == 1 else norm(torch.stack(norms, 1))
