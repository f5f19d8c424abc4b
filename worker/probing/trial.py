"""Short trainings at many learning rates, judged on examples that they do not learn from.

A first step says where the loss of a batch stops falling, not which rate is best for the run: later steps are shorter
or longer, the loss is steeper elsewhere, and few steps need higher rates than many. So the run itself is tried, as a
whole if it is short. Else its schedule is compressed into the steps that are affordable.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from math import log10

import torch
from torch import Tensor

from gradus.array import largest_array
from gradus.resolved import ResolvedSpec
from gradus.spec.batch import steps_per_epoch
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from models.batch import EpochBatches
from models.schedule import factors
from models.seed import epoch_permutation
from worker.probing.first_step import FirstStep, lengthened, rate_with
from worker.probing.sample import CPU, Sample, engine, part, values
from worker.training.chunk_length import step_seconds
from worker.training.constant import has_class_weights
from worker.training.data import Data, Split, with_mean_one
from worker.training.engine import Batch, Engine
from worker.training.evaluation import outputs

SECONDS = 0.5
"""Limit of the estimated time of all trainings, on a slow core. The estimate depends on the spec alone."""
VALUES_PER_SECOND = 3e8
"""Values of layers that a slow core computes per second in a step."""
FORWARD = 3
"""Cost of a step in evaluations of its examples."""
FEWEST_STEPS = 10
"""Minimum number of steps of a trial: fewer say nothing, so no trial is made."""
FEWEST_EXAMPLES = 40
"""Minimum number of training examples of which some can be held out."""
ABOVE, BELOW = 3, 7
"""The range of learning rates that are tried, in half decades above and below a reference. This is the rate at which
the first step gains nothing, if it is lengthened as momentum will lengthen later steps. For thirty networks, the best
rate was between 3 half decades above and 6 below."""
ENOUGH = 300
"""Validation examples that suffice to judge; with fewer, training examples are held out."""
MOST = 1000
"""Maximum number of examples that judge a training."""
FOLDS = 4
"""Parts of the training examples that are held out in turn, as far as there is time."""


@dataclass(frozen=True, eq=False)
class Own:
    """A network trained at the spec's own learning rate."""

    losses: Tensor
    """The loss of each example, float64, (n,)."""
    hits: Tensor | None
    fit: float
    """Mean loss on the examples that it was trained on."""


@dataclass(frozen=True, eq=False)
class Trial:
    """The trained networks on the examples that were held out."""

    exponents: range
    """The learning rates in ascending order. The number i stands for the rate 10^(i/2)."""
    steps: int
    share: float
    """The number of steps, as a share of those of the planned run."""
    losses: Tensor
    """The loss of each example at each rate, float64, (R, n)."""
    hits: Tensor | None
    """Whether each example was classified correctly, or the share of its labels that were, float64, (R, n); None for
    regression."""
    fits: Tensor
    """Mean loss at each rate on the examples that were trained on, float64, (R,)."""
    own: Own
    """The result at the spec's own learning rate."""

    @property
    def rates(self) -> tuple[float, ...]:
        """The learning rates."""
        return tuple(map(rate, self.exponents))


@torch.inference_mode()
def trial(resolved: ResolvedSpec, data: Data, sample: Sample, step: FirstStep) -> Trial | None:
    """Train a spec at learning rates around the one at which its first step gains nothing; None if the network is too
    large for that."""
    exponents = tried(resolved, step)
    rates = [*map(rate, exponents), resolved.spec.optimizer.lr]
    groups = _groups(resolved, sample, rates)
    seconds = sum(_seconds(resolved.network, sample.batch, len(group)) for group in groups)
    planned = steps_per_epoch(resolved.spec.batch_size, resolved.data.train_examples) * resolved.spec.epochs
    affordable = int(SECONDS / seconds - 2 * MOST / FORWARD / sample.batch)
    steps = min(planned, affordable)
    if steps < min(planned, FEWEST_STEPS) or len(data.train) < FEWEST_EXAMPLES:
        return None
    at = torch.arange(steps, dtype=torch.float64).mul_(planned / steps).floor_()
    shape = factors(resolved.spec.schedule, at, planned // resolved.spec.epochs, resolved.spec.epochs)
    folds = _folds(resolved.spec, data, steps * sample.batch, affordable // steps)
    found = [[_tested(group, data, learned, judged, shape) for group in groups] for learned, judged in folds]
    losses = torch.cat([torch.cat([losses for losses, _, _ in fold]) for fold in found], 1)
    each = [torch.cat([hits for _, hits, _ in fold if hits is not None]) for fold in found if data.task != "regression"]
    hits = torch.cat(each, 1) if each else None
    fits = torch.stack([torch.cat([fits for *_, fits in fold]) for fold in found]).mean(0)
    own = Own(losses[-1], None if hits is None else hits[-1], float(fits[-1]))
    return Trial(exponents, steps, steps / planned, losses[:-1], None if hits is None else hits[:-1], fits[:-1], own)


def _seconds(network: NetworkPlan, batch: int, members: int) -> float:
    """Estimated seconds of a step on a slow core. With convolutions, most of it is memory traffic."""
    return step_seconds(network, batch, members, ()) + batch * members * values(network) / VALUES_PER_SECOND


def rate(exponent: float) -> float:
    """The learning rate 10^(exponent/2)."""
    return float(f"{10 ** (exponent / 2):.3g}")


def tried(resolved: ResolvedSpec, step: FirstStep) -> range:
    """The learning rates to try, in half decades."""
    lr = resolved.spec.optimizer.lr
    middle = round(2 * log10((rate_with(lr, step, 0.0) or lr) / lengthened(resolved)))
    return range(middle - BELOW, middle + ABOVE + 1)


def _groups(resolved: ResolvedSpec, sample: Sample, rates: Sequence[float]) -> list[list[Spec]]:
    """The specs that are trained, in arrays."""
    changes = {
        "dataset": resolved.spec.dataset.without_augmentation(),
        "batch_size": sample.batch,
        "precision": "float32",
        "device": "cpu",
    }
    spec, optimizer = resolved.spec.model_copy(update=changes), resolved.spec.optimizer
    specs = [spec.model_copy(update={"optimizer": optimizer.model_copy(update={"lr": lr})}) for lr in rates]
    size = min(len(specs), largest_array(resolved, gpu=False), sample.members)
    return [specs[i : i + size] for i in range(0, len(specs), size)]


def _folds(spec: Spec, data: Data, learned: int, most: int) -> list[tuple[Split, Split]]:
    """At most `most` folds, each a pair: at most `learned` examples to train on, and the examples to judge the networks
    by."""
    order = epoch_permutation(spec.seed, 1, len(data.train), CPU)
    if len(data.validation) >= ENOUGH:
        judging = torch.arange(min(MOST, len(data.validation)))
        judged = _part(weighed_alike(data.validation, data.train), judging)
        return [(_part(data.train, order[:learned].sort().values), judged)]
    fold = torch.arange(len(order)) % FOLDS
    return [
        (_part(data.train, order[fold != i][:learned]), _part(data.train, order[fold == i][:MOST]))
        for i in range(max(1, min(FOLDS, most)))
    ]


def weighed_alike(split: Split, train: Split) -> Split:
    """The split with the class weights of training, if there are any: rates are compared by the loss that training
    minimizes."""
    if split.weights is not None or not has_class_weights(train):
        return split
    assert train.weights is not None
    classes = int(max(train.targets.max(), split.targets.max())) + 1
    totals = torch.bincount(train.targets, train.weights.double(), classes)
    of_class = totals / torch.bincount(train.targets, minlength=classes).clamp(min=1)
    return replace(split, weights=with_mean_one(of_class[split.targets]))


def _part(split: Split, rows: Tensor) -> Split:
    return part(split, rows).to(CPU, torch.float32)


def _tested(
    specs: Sequence[Spec], data: Data, learned: Split, judged: Split, shape: Tensor
) -> tuple[Tensor, Tensor | None, Tensor]:
    """Losses and hits of each network on the examples of `judged`, (K, n), and its mean loss on those of `learned`,
    (K,)."""
    net = _trained(specs, data, learned, shape)
    used = torch.arange(0, len(learned), -(-len(learned) // MOST))
    return *_judged(net, judged), _judged(net, _part(learned, used))[0].mean(1)


def _trained(specs: Sequence[Spec], data: Data, split: Split, shape: Tensor) -> Engine:
    """Networks after as many steps as there are factors of the learning rate in `shape`."""
    net = engine(list(specs), data, split, torch.float32)
    rates = (shape[:, None] * torch.tensor([spec.optimizer.lr for spec in specs])).float()  # (steps, K)
    norm = torch.empty(len(specs))
    for step, batch in zip(range(len(shape)), _batches(specs, net.batch, split), strict=False):
        net.seek(step)
        net.step(split.inputs, batch, rates[step, :, None], norm)
    return net


def _batches(specs: Sequence[Spec], size: int, split: Split) -> Iterator[Batch]:
    """The batches of successive epochs, without end."""
    seeds = [spec.seed for spec in specs]
    for number in count(1):
        epoch = EpochBatches(seeds, number, split.targets, size, split.weights)
        for i, rows in enumerate(epoch.rows):
            weights = epoch.weights(range(i, i + 1))
            yield rows, epoch.targets(range(i, i + 1))[0], None if weights is None else weights[0]


def _judged(net: Engine, split: Split) -> tuple[Tensor, Tensor | None]:
    """Losses and hits of each network on each example, (K, n), multiplied by the example's weight."""
    found = outputs(net, split)
    losses = net.loss.values(found, split.targets.expand(len(found), *split.targets.shape)).double()
    hits = net.loss.correct(found, split.targets)
    weights = 1.0 if split.weights is None else split.weights.double()
    return losses * weights, None if hits is None else hits.double() * weights
