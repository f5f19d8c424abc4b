"""Twenty steps on one batch: can the network learn these examples at all, and does it need their inputs for it?"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from gradus.array import largest_array
from gradus.resolved import ResolvedSpec
from gradus.spec.batch import steps_per_epoch
from models.schedule import learning_rates
from worker.probing.objective import batch_of, objective, penalty, split_in
from worker.probing.sample import Sample, engine, probed_spec
from worker.training.data import Data, Split

STEPS = 20


def curves(resolved: ResolvedSpec, data: Data, sample: Sample, factors: Sequence[float]) -> list[list[float]]:
    """The loss of the first batch before each of twenty steps on it and after the last, for each factor of the learning
    rate."""
    split = split_in(sample, torch.float32)
    size = min(len(factors), largest_array(resolved, gpu=False), sample.members)
    groups = [factors[i : i + size] for i in range(0, len(factors), size)]
    return [curve for group in groups for curve in _curves(resolved, data, sample, split, group)]


def control(resolved: ResolvedSpec, data: Data, sample: Sample) -> list[float]:
    """The loss over twenty steps, as in `curves`, at the spec's own learning rate with every input set to its mean:
    what is learned without the inputs."""
    split = split_in(sample, torch.float32)
    mean = split.inputs.double().mean(0).to(split.inputs.dtype)
    blind = replace(split, inputs=mean.expand(split.inputs.shape).contiguous())
    return _curves(resolved, data, sample, blind, (1.0,))[0]


@torch.inference_mode()
def _curves(
    resolved: ResolvedSpec, data: Data, sample: Sample, split: Split, factors: Sequence[float]
) -> list[list[float]]:
    spec = probed_spec(resolved.spec, data.task, sample.batch)
    net = engine([spec] * len(factors), data, split, torch.float32)
    batch = batch_of(split, sample.rows(0), 1, len(factors))
    per_epoch = steps_per_epoch(resolved.spec.batch_size, resolved.data.train_examples)
    rates = learning_rates([resolved.spec], 0, STEPS, per_epoch).float() * torch.tensor(factors)  # (steps, K)
    norm = torch.empty(len(factors))
    losses: list[Tensor] = []
    for rate in rates:
        before = penalty(net)
        outputs = net.step(split.inputs, batch, rate[:, None], norm)
        losses.append(objective(net, outputs, batch) - penalty(net) + before)
    losses.append(objective(net, net.forward(split.inputs, batch[0]), batch))
    return torch.stack(losses, 1).tolist()
