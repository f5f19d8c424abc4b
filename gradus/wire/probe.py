"""A probe: what a spec will do, measured on its initial network before it is queued."""

from typing import Literal

from gradus.wire.finding import Finding
from gradus.wire.layer_report import Bins, LayerStatistics
from gradus.wire.message import Finite, Message, Number
from gradus.wire.tolerant import Open

Verdict = Literal["ready", "doubtful", "will_not_learn"]
"""ready: nothing was found. doubtful: a warning. will_not_learn: a critical finding."""


class ProbedData(Message):
    """The training examples as the network reads them."""

    examples: int
    """Training examples in an epoch."""
    measured: int
    """Training examples that the statistics of the inputs were measured on."""
    steps_per_epoch: int
    steps: int
    """Steps of the planned run."""
    effective_steps: Number
    """The steps of the planned run, each weighted by the schedule's factor of its learning rate."""
    input_rms: Number
    """Root mean square over all inputs and examples."""
    input_minimum: Number
    input_maximum: Number
    largest_input_deviation: Number
    """The largest standard deviation of an input."""
    constant_inputs: int
    """Number of inputs with the same value in all examples."""
    deviation_ratio: Number | None
    """The largest standard deviation of a numeric input, divided by the median of those of the inputs that are not
    constant; null for pixels."""
    class_shares: tuple[Finite, ...] = ()
    """Relative frequency of each class or label; empty for regression."""
    target_mean: tuple[Number, ...] = ()
    """Mean of each regression target as the network learns it, standardized; empty for classes."""
    target_deviation: tuple[Number, ...] = ()
    prior: Number
    """Loss of the best constant prediction on the measured examples: for classes the entropy of their frequencies."""
    held_out: int = 0
    """Training examples that ridge regression and the nearest neighbour predicted from others; 0 if there are too
    few."""
    linear_correlation: Number | None = None
    """Largest correlation of ridge regression's predictions with a target or with a class indicator."""
    neighbour_correlation: Number | None = None
    """Largest correlation of the nearest neighbours' targets with a target or with a class indicator."""
    chance_correlation: Number | None = None
    """The value that correlations by chance do not exceed, with 99.9 % probability."""
    curvature: Number | None = None
    """Share of ridge regression's errors on the held-out examples (wrong classes, or squared errors) that a kernel
    model avoids. Only for networks without a nonlinear function."""
    curvature_t: Number | None = None
    """Paired t, over the held-out examples, of the errors that the kernel model avoids."""


class ProbedStart(Message):
    """The initial network's outputs, before any training."""

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
    """Root mean square of the weighted sums."""
    delta_norm: Number
    """Root mean square over the examples of the norm of the gradient of an example's loss with respect to the weighted
    sums, or to the output of batch normalization: the strength of the backward signal at the layer, whatever the
    layer's width."""
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
    """Decrease of the same batch's loss, divided by the decrease that the gradient predicts: 1 for a tiny step, 0.5 at
    the minimum along the step, 0 if nothing is gained, negative if the loss grows."""
    decrease: Number
    """D: the predicted relative decrease of the loss over the planned run, if every step had the predicted decrease of
    this one."""
    twenty: Number | None
    """The loss of one batch after twenty steps on it, divided by its first loss; for large networks, null except at the
    spec's learning rate."""
    peak: Number | None
    """The largest loss in the twenty steps, divided by the first loss."""


class ProbedTrialRate(Message):
    """A short training at one learning rate."""

    lr: Finite
    loss: Number
    """Mean loss of the examples that judge it."""
    accuracy: Number | None
    """Share of the judging examples that are classified correctly; null for regression."""
    good: bool
    """Whether it does as well as the best rate, as far as the judging examples tell."""


class ProbedGain(Message):
    """The advantage of a trial's best learning rate over the spec's own rate, which was tried as well."""

    lr: Finite
    """The best rate."""
    gain: Number
    """Share of the judging examples that only the best rate classifies correctly, minus the share that only the spec's
    rate does; for regression, the relative decrease of the loss."""
    t: Number
    """Paired t of the difference over the judging examples: above 3, it is unlikely to be chance."""
    fit: Number
    """Relative decrease of the loss on the examples that were trained on; negative if the best rate memorizes them
    less."""
    own: Number | None = None
    """The loss at the spec's own rate on the examples that were trained on."""


class ProbedTrial(Message):
    """Short trainings at many learning rates."""

    steps: int
    """Steps of each training."""
    share: Finite
    """`steps` divided by the steps of the planned run: 1 if the trainings are as long as the run. Otherwise they follow
    the run's schedule, compressed into these steps."""
    examples: int
    """Number of examples on which the trained networks are compared, none of which they were trained on: the validation
    split, or training examples that were held out."""
    middle: Finite
    """The learning rate in the middle of the suggested range, for those who want a single one."""
    gain: ProbedGain | None = None
    """The advantage of the best rate over the spec's own."""
    rates: tuple[ProbedTrialRate, ...]
    """The rates in ascending order, half a decade apart."""


class ProbedStep(Message):
    """The first step, at the spec's learning rate and others."""

    rates: tuple[ProbedRate, ...]
    suggested: tuple[Finite, Finite] | None
    """The learning rates that can work: those that do as well as the best one in `trial`, and half a decade more on
    either side. Without a trial, those with rho above 0.25 (for adaptive optimizers, above 0), and D above 10 over the
    planned run; null if there is none."""
    recommended: Finite | None = None
    """The learning rate with rho 0.85, three tenths of the way to the minimum along the step; null if it has none."""
    trial: ProbedTrial | None = None
    """Short trainings at many learning rates; null for networks that are too large for them."""
    noise_scale: Number | None = None
    """B: trace of the gradient's covariance over its squared norm, in examples; the useful batch size is about B."""
    sustained_rho: Number | None = None
    """rho of a step that is 1/(1 - momentum) times as long as the first, the length that steps with momentum reach;
    null without momentum."""
    gradient_norm: Number
    """L2 norm of the whole gradient before clipping, penalties included."""
    data_gradient_norm: Number
    """L2 norm of the gradient of the weights, without penalties."""
    penalty_gradient_norm: Number = 0.0
    """L2 norm of the penalties' gradient."""


class ProbedTwenty(Message):
    """Twenty steps on one batch: can the network learn these examples at all?"""

    losses: tuple[Number, ...]
    """The batch's loss before each step and after the last, 21 numbers."""
    peak: Number
    """The largest of the 21 losses, divided by the first."""
    final: Number
    """The last loss, divided by the first."""
    prior: Number
    """Loss of the best constant prediction for this batch."""
    control: Number | None = None
    """The last loss divided by the first, with all inputs set to their means: what the network learns without its
    inputs."""


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
    """How much was measured: less for networks whose examples need many multiplications, so that a probe takes at most
    about ten seconds on a processor."""

    measured: int
    """Training examples on which activations and gradients were measured; 512 for most networks."""
    batch: int
    """Size of the batches on which steps were tried: the spec's batch size, unless it is too large."""
    batches: int
    """Number of batches on which a first step was tried; 3 for most networks."""
    rates: int
    """Number of learning rates with which twenty steps were taken; 5 for most networks."""
    patched: int = 0
    """Number of specs with a patch that were measured."""
    unmeasured: int = 0
    """Number of specs with a patch that were not measured; their patches have no predicted effect."""


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
    """How much was measured; null in old responses."""
    seconds: Finite
    """Time that the probe took."""
