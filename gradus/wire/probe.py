"""A probe: what a spec will do, measured on its initial network before it is queued."""

from typing import Literal

from gradus.wire.finding import Finding
from gradus.wire.layer_report import Bins, LayerStatistics
from gradus.wire.message import Finite, Message, Number
from gradus.wire.tolerant import Open

Verdict = Literal["ready", "doubtful", "will_not_learn"]
"""ready: nothing was found. doubtful: a warning. will_not_learn: a critical finding."""


class ProbedData(Message):
    """The training examples as the network gets them."""

    examples: int
    """Training examples in an epoch."""
    measured: int
    """Training examples that the statistics of the inputs were measured on."""
    steps_per_epoch: int
    steps: int
    """Steps of the planned run."""
    effective_steps: Number
    """The same, each counted by its schedule's factor of the learning rate."""
    input_rms: Number
    """Root mean square over all inputs and examples."""
    input_minimum: Number
    input_maximum: Number
    largest_input_deviation: Number
    """The largest standard deviation of an input."""
    constant_inputs: int
    """Inputs with one value in all examples."""
    deviation_ratio: Number | None
    """The largest standard deviation of a number over the median of those that are not constant; null for pixels."""
    class_shares: tuple[Finite, ...] = ()
    """Frequency of each class; for several labels of each label. Empty for regression."""
    target_mean: tuple[Number, ...] = ()
    """Mean of each regression target as the network learns it, standardized; empty for classes."""
    target_deviation: tuple[Number, ...] = ()
    prior: Number
    """Loss of the best constant prediction on the measured examples: for classes the entropy of their frequencies."""
    held_out: int = 0
    """Training examples that ridge regression and the nearest neighbour predicted from others; 0 if there are too
    few."""
    linear_correlation: Number | None = None
    """Correlation of ridge regression's predictions with the targets, or with one class of all, the largest of them."""
    neighbour_correlation: Number | None = None
    """The same of the nearest neighbour's target."""
    chance_correlation: Number | None = None
    """What these correlations stay below by chance, with 99.9 % probability."""


class ProbedStart(Message):
    """The initial network's answers, before any training."""

    loss: Number
    """Mean training loss of the first batch, with batch statistics and dropout off."""
    output_deviation: Number
    """Standard deviation of the outputs over examples and classes; of standardized targets' outputs for regression."""
    predicted_shares: tuple[Finite, ...] = ()
    """How often each class has the largest output; empty for regression and several labels."""
    gradient_ratio: Number | None = None
    """R: `delta_norm` of the first hidden layer over that of the last; null with less than two hidden layers."""
    backward_factor: Number | None = None
    """q: R^(1/(L-1)), the factor per layer."""
    share: Number | None = None
    """The signal share of the last hidden layer: variance between examples over the second moment."""


class ProbedLayer(LayerStatistics):
    """One layer with weights of the initial network: activations and gradients of training examples, in training mode
    without dropout."""

    kind: str
    """`dense` or `conv`."""
    fan_in: int
    activation: str
    batch_norm: bool
    z_mean: Number
    """Mean of the weighted sums, before batch normalization, over examples and units."""
    z_rms: Number
    """Their root mean square."""
    delta_norm: Number
    """Root mean square over the examples of the norm of the gradient of an example's loss by the weighted sums, or by
    the output of batch normalization: what the layer gets of the signal that goes backward, whatever its width."""
    weight_scale: Number
    """Root mean square of the weights times sqrt(fan_in): about 1 for Xavier, 1.41 for He."""
    distinct_units: int
    """Number of different weight columns: 1 if all units start equal."""
    activations: Bins
    deltas: Bins
    """Gradients of an example's loss, as for `delta_norm`."""


class ProbedRate(Message):
    """A first step at one learning rate."""

    lr: Finite
    rho: Number
    """Decrease of the same batch's loss over the decrease that the gradient predicts: 1 for a tiny step, 0.5 at the
    minimum along the step, 0 where nothing is gained, negative where the loss grows."""
    decrease: Number
    """D: the predicted relative decrease of the loss over the planned run, if every step predicted as much as this."""
    twenty: Number | None
    """The loss of one batch after twenty steps on it, over its first loss; of large networks null but for the spec's
    own rate."""
    peak: Number | None
    """The largest loss in these steps, over the first."""


class ProbedStep(Message):
    """The first step, at the spec's learning rate and others."""

    rates: tuple[ProbedRate, ...]
    suggested: tuple[Finite, Finite] | None
    """The learning rates that can work: rho above 0.25 (of adaptive optimizers above 0), and D above 10 over the
    planned run. Null if there is none."""
    recommended: Finite | None = None
    """The learning rate with rho 0.85, three tenths of the way to the minimum along the step; null if it has none."""
    noise_scale: Number | None = None
    """B: trace of the gradient's covariance over its squared norm, in examples; the useful batch size is about B."""
    sustained_rho: Number | None = None
    """rho of a step as long as momentum makes them, 1/(1 - momentum) times the first; null without momentum."""
    gradient_norm: Number
    """L2 norm of the whole gradient before clipping, penalties included."""
    data_gradient_norm: Number
    """The same over the weights, without penalties."""
    penalty_gradient_norm: Number = 0.0
    """L2 norm of the penalties' gradient."""


class ProbedTwenty(Message):
    """Twenty steps on one batch: can the network learn these examples at all?"""

    losses: tuple[Number, ...]
    """The batch's loss before each step and after the last, 21 numbers."""
    peak: Number
    """Largest of them over the first."""
    final: Number
    """The last over the first."""
    prior: Number
    """Loss of the best constant prediction for this batch."""
    control: Number | None = None
    """The last over the first, with all inputs set to their means: what the network learns without looking."""


class ProbedSeed(Message):
    """The initial network of another seed."""

    seed: int
    loss: Number
    output_deviation: Number
    share: Number | None
    gradient_ratio: Number | None
    dead: Number
    """The largest share of dead units in a layer."""


class ProbedEffort(Message):
    """How much was measured: less of networks whose examples cost many multiplications, so that a probe takes no more
    than about ten seconds of a processor."""

    measured: int
    """Training examples on which activations and gradients were measured; 512 of most networks."""
    batch: int
    """Examples of the batches that steps were tried on: the spec's batch size, unless that is too large."""
    batches: int
    """Batches that a first step was tried on; 3 of most networks."""
    rates: int
    """Learning rates with which twenty steps were taken; 5 of most networks."""
    patched: int = 0
    """Specs with a patch that were measured."""
    unmeasured: int = 0
    """Those that were not: their patches have no prediction."""


class Probe(Message):
    """What a spec will do. Overfitting, oscillation, label noise and units that die later cannot be seen at the
    start."""

    verdict: Open[Verdict]
    parameters: int
    data: ProbedData
    start: ProbedStart
    layers: tuple[ProbedLayer, ...]
    step: ProbedStep
    twenty: ProbedTwenty
    seeds: tuple[ProbedSeed, ...]
    findings: tuple[Finding, ...]
    """The root cause first."""
    effort: ProbedEffort | None = None
    """How much was measured; null in answers before it was told."""
    seconds: Finite
    """Time that the probe took."""
