"""Measures what the layers of initial networks pass forward and backward, and the outputs that result."""

from dataclasses import dataclass
from math import isfinite, sqrt

import torch
from torch import Tensor

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.layer_report import BINS, Bins
from gradus.wire.probe import ProbedLayer, ProbedSeed, ProbedStart
from insight.statistics.activations import activation_statistics, dead_share, flat_share
from insight.statistics.gradients import delta_rms, example_norms, noise_scale, norm
from insight.statistics.histogram import histogram
from models.activation import activation_function
from models.batch import Scale
from models.loss import loss_unit
from models.tap import Taps
from worker.probing.objective import batch_of, split_in
from worker.probing.sample import Sample, engine, probed_spec
from worker.training.data import Data, Split
from worker.training.engine import Engine

LARGEST_SLOPE = {"sigmoid": 0.25, "tanh": 1.0}
"""The largest slope of each activation function that saturates."""


@dataclass(frozen=True)
class Layers:
    """What was measured of the initial network."""

    start: ProbedStart
    layers: tuple[ProbedLayer, ...]
    seeds: tuple[ProbedSeed, ...]
    noise_scale: float | None


def layers(resolved: ResolvedSpec, data: Data, sample: Sample, update_norms: dict[str, float]) -> Layers:
    """Pass the measured examples through the initial network, and through those of other seeds.

    `update_norms` are the norms of the first step's change of each layer's weights.
    """
    spec = probed_spec(resolved.spec, data.task, sample.effort.measured)
    split = split_in(sample, torch.float32)
    others = [spec.model_copy(update={"seed": (spec.seed + i) % 2**53}) for i in range(1, 1 + sample.effort.seeds)]
    with torch.inference_mode():
        own, start = _passed(resolved, data, sample, split, spec)
        probed = own.layers(update_norms)
        noise = own.noise_scale(_numbers(own.engine, split, sample.effort.measured))
        del own  # one network at a time is in memory
        return Layers(start, probed, tuple(_seed(resolved, data, sample, split, one) for one in others), noise)


def _seed(resolved: ResolvedSpec, data: Data, sample: Sample, split: Split, spec: Spec) -> ProbedSeed:
    network, start = _passed(resolved, data, sample, split, spec)
    return ProbedSeed(
        seed=spec.seed,
        loss=start.loss,
        output_deviation=start.output_deviation,
        share=start.share,
        gradient_ratio=start.gradient_ratio,
        dead=network.dead(),
    )


def _passed(
    resolved: ResolvedSpec, data: Data, sample: Sample, split: Split, spec: Spec
) -> tuple["_Network", ProbedStart]:
    """The initial network of a spec, after a pass through the measured examples, and its start."""
    net = engine([spec], data, split, torch.float32)
    taps = net.observe()
    batch = batch_of(split, torch.arange(sample.effort.measured), 1, 1)
    outputs = net.gradient(split.inputs, batch)
    loss = net.loss.values(outputs, batch[1]).mean(dtype=torch.float64)
    unit = loss_unit(net.losses[0], data.target_scale.deviation)
    network = _Network(resolved, net, taps, sample.effort.measured)
    return network, network.start(unit * float(loss), outputs[0], data)


@dataclass(frozen=True, eq=False)
class _Network:
    """A network after its pass."""

    resolved: ResolvedSpec
    engine: Engine
    taps: dict[str, Taps]
    examples: int

    @property
    def plans(self) -> list[DensePlan | ConvPlan]:
        return [layer for layer in self.resolved.network.layers if isinstance(layer, DensePlan | ConvPlan)]

    @property
    def hidden(self) -> list[DensePlan | ConvPlan]:
        return self.plans[:-1]

    def activations(self, name: str) -> Tensor:
        """The activations of a layer, (1, n, units); every pixel of an image is a unit."""
        return self.taps[name].after.value.reshape(1, self.examples, -1)

    def deltas(self, name: str) -> Tensor:
        """The gradient of the loss with respect to a layer's input to the activation function, (1, n, units)."""
        return self.taps[name].before.gradient.reshape(1, self.examples, -1)

    def delta_norm(self, name: str) -> float:
        return float(norm(self.deltas(name))) * sqrt(self.examples)

    def dead(self) -> float:
        return max((float(self._dead(plan) or 0) for plan in self.hidden), default=0.0)

    def _dead(self, plan: DensePlan | ConvPlan) -> float | None:
        return float(dead_share(self.taps[plan.name].before.value)) if plan.activation == "relu" else None

    def start(self, loss: float, outputs: Tensor, data: Data) -> ProbedStart:
        ratio = factor = share = None
        if len(self.hidden) > 1:
            last = self.delta_norm(self.hidden[-1].name)
            ratio = self.delta_norm(self.hidden[0].name) / last if last else None
            factor = None if ratio is None else ratio ** (1 / (len(self.hidden) - 1))
        if self.hidden:
            share = _known(float(activation_statistics(self.activations(self.hidden[-1].name)).share))
        shares: tuple[float, ...] = ()
        if data.task == "classification":
            counts = torch.bincount(outputs.argmax(1), minlength=outputs.shape[1])
            shares = tuple((counts / len(outputs)).tolist())
        deviation = float(outputs.double().std(correction=0))
        return ProbedStart(
            loss=loss,
            output_deviation=deviation,
            predicted_shares=shares,
            gradient_ratio=ratio,
            backward_factor=factor,
            share=share,
        )

    def layers(self, update_norms: dict[str, float]) -> tuple[ProbedLayer, ...]:
        return tuple(self._layer(plan, update_norms.get(plan.name)) for plan in self.plans)

    def _layer(self, plan: DensePlan | ConvPlan, update_norm: float | None) -> ProbedLayer:
        name, taps = plan.name, self.taps[plan.name]
        weight, gradient = self.engine.storage.of(f"{name}.weight")
        sums, deltas = taps.sums.value, self.deltas(name)
        found = activation_statistics(self.activations(name))
        weight_norm = float(norm(weight))
        return ProbedLayer(
            name=name,
            units=plan.shape[-1],
            kind=plan.kind,
            fan_in=plan.fan_in,
            activation=plan.activation,
            batch_norm=plan.batch_norm is not None,
            weight_norm=weight_norm,
            gradient_norm=float(norm(gradient)),
            update_norm=update_norm,
            update_ratio=update_norm / weight_norm if update_norm is not None and weight_norm else None,
            delta_rms=float(delta_rms(deltas, self.examples)),
            delta_norm=self.delta_norm(name),
            mean=float(found.mean),
            deviation=float(found.deviation),
            largest=float(found.largest),
            share=_known(float(found.share)),
            flat=self._flat(plan),
            dead=self._dead(plan),
            z_mean=float(sums.mean()),
            z_rms=float(sums.square().mean().sqrt()),
            weight_scale=weight_norm / sqrt(weight[0].shape[1]) * plan.input_factor,
            distinct_units=self._distinct(plan),
            activations=_bins(taps.after.value[0]),
            deltas=_bins(deltas * self.examples),
        )

    def _flat(self, plan: DensePlan | ConvPlan) -> float | None:
        if plan.activation not in LARGEST_SLOPE:
            return None
        z, y = self.taps[plan.name].before.value, self.taps[plan.name].after.value
        slopes = torch.ones_like(z)
        activation_function(plan.activation).grad(slopes, z, y)
        return float(flat_share(slopes, LARGEST_SLOPE[plan.activation]))

    def _distinct(self, plan: DensePlan | ConvPlan) -> int:
        """Number of distinct columns of weights and biases, which are compared by random projections."""
        draws = torch.Generator().manual_seed(0)
        tensors = [self.engine.storage.of(f"{plan.name}.{one.name}")[0][0].double() for one in plan.tensors]
        columns = sum(torch.randn(len(t), generator=draws, dtype=torch.float64) @ t for t in tensors)
        assert isinstance(columns, Tensor)
        return len(torch.unique(columns))

    def noise_scale(self, inputs: Tensor) -> float | None:
        """The noise scale B for inputs (n, inputs), over the weights and biases; None unless all layers are dense,
        without batch normalization or NTK form."""
        dense = [plan for plan in self.plans if isinstance(plan, DensePlan)]
        is_plain = all(plan.batch_norm is None and plan.input_factor == 1 for plan in dense)
        if len(dense) < len(self.resolved.network.layers) or not is_plain:
            return None
        x, squares, square_of_sum = inputs[None], torch.zeros(1, len(inputs)), torch.zeros(1)
        for plan in dense:
            dz = self.deltas(plan.name)
            squares += example_norms(x, dz, has_bias=plan.bias)
            square_of_sum += norm(x.mT @ dz).square() + (norm(dz.sum(1)).square() if plan.bias else 0)
            x = self.activations(plan.name)
        return _known(float(noise_scale(squares, square_of_sum)))


def _bins(numbers: Tensor) -> Bins:
    low, high, counts = histogram(numbers[None], BINS)
    return Bins(low=float(low), high=float(high), counts=tuple(counts[0].tolist()))


def _known(value: float) -> float | None:
    return value if isfinite(value) else None


def _numbers(net: Engine, split: Split, n: int) -> Tensor:
    inputs = split.inputs[:n]
    return inputs if split.largest is None else Scale(split.largest, net.storage.parameters).numbers(inputs)
