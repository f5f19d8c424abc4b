"""A probe: what a spec will do, measured on its initial network before it is queued."""

from typing import Literal

from gradus.wire.finding import Finding
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
    input_rms: Number
    """Root mean square over all inputs and examples."""
    input_minimum: Number
    input_maximum: Number
    constant_inputs: int
    """Inputs with one value in all examples."""
    deviation_ratio: Number | None
    """The largest standard deviation of an input over the smallest of one that is not constant; null without such."""
    class_shares: tuple[Finite, ...] = ()
    """Frequency of each class; for several labels of each label. Empty for regression."""
    target_mean: tuple[Number, ...] = ()
    """Mean of each regression target as the network learns it, standardized; empty for classes."""
    target_deviation: tuple[Number, ...] = ()
    prior: Number
    """Loss of the best constant prediction on the measured examples: for classes the entropy of their frequencies."""
    constant_score: Number | None = None
    """Score of a constant prediction on held-out training examples: accuracy for classes, R² of the mean for regression
    (0). Null if there are too few examples."""
    linear_score: Number | None = None
    """Score of ridge regression on the same examples."""
    neighbour_score: Number | None = None
    """Score of the nearest neighbour on the same examples."""
    score_error: Number | None = None
    """Standard error of these scores."""


class ProbedStart(Message):
    """The initial network's answers, before any training."""

    loss: Number
    """Mean training loss of the first batch, with batch statistics and dropout off."""
    output_deviation: Number
    """Standard deviation of the outputs over examples and classes; of standardized targets' outputs for regression."""
    predicted_shares: tuple[Finite, ...] = ()
    """How often each class has the largest output; empty for regression and several labels."""
    gradient_ratio: Number | None = None
    """R: rms of the loss's gradient by the weighted sums of the first hidden layer over that of the last; null with
    less than two hidden layers."""
    backward_factor: Number | None = None
    """q: R^(1/(L-1)), the factor per layer."""
    share: Number | None = None
    """The signal share of the last hidden layer: variance between examples over the second moment."""


class ProbedLayer(Message):
    """One layer with weights, in the initial network."""

    name: str
    """Its path in the spec, such as `layers/0`, or `output`."""
    kind: str
    """`dense` or `conv`."""
    units: int
    """Units, or channels."""
    fan_in: int
    activation: str
    batch_norm: bool
    z_mean: Number
    """Mean of the weighted sums, before batch normalization, over examples and units."""
    z_rms: Number
    """Their root mean square."""
    x_rms: Number
    """Root mean square of the layer's inputs."""
    mean: Number
    """Mean of the activations."""
    deviation: Number
    """Standard deviation of the activations, over examples and units."""
    largest: Number
    """Largest absolute activation."""
    share: Number
    """Variance of the activations between examples over their second moment, summed over units."""
    flat: Number
    """Share of activations where the slope is below 5 % of its maximum; 0 for activations that do not saturate."""
    dead: Number
    """Share of units whose activation is 0 for every measured example; 0 except for `relu`."""
    delta_rms: Number
    """Root mean square of the loss's gradient by the weighted sums (by the batch norm's output, if there is one)."""
    weight_norm: Number
    gradient_norm: Number
    """L2 norm of the loss's gradient by the weights."""
    update_norm: Number
    """L2 norm of the first step's change of the weights."""
    weight_scale: Number
    """Standard deviation of the weights times sqrt(fan_in): about 1 for Xavier, 1.41 for He."""
    distinct_units: int
    """Number of different weight columns: 1 if all units start equal."""
    activations: tuple[int, ...] = ()
    """Histogram of the activations: 30 bins of equal width over `activations_range`."""
    activations_range: tuple[Number, Number] | None = None
    deltas: tuple[int, ...] = ()
    """Histogram of the gradients by the weighted sums, 30 bins over `deltas_range`."""
    deltas_range: tuple[Number, Number] | None = None


class ProbedRate(Message):
    """A first step at one learning rate."""

    lr: Finite
    rho: Number
    """Decrease of the same batch's loss over the decrease that the gradient predicts: 1 for a tiny step, 0.5 at the
    minimum along the step, 0 where nothing is gained, negative where the loss grows."""
    decrease: Number
    """D: the predicted relative decrease of the loss over the planned run, if every step predicted as much as this."""


class ProbedStep(Message):
    """The first step, at the spec's learning rate and others."""

    rates: tuple[ProbedRate, ...]
    suggested: tuple[Finite, Finite] | None
    """The learning rates that can work: rho above 0.5, and D above 10 over the planned run. Null if there is none."""
    noise_scale: Number | None = None
    """B: trace of the gradient's covariance over its squared norm, in examples; the useful batch size is about B."""
    gradient_norm: Number
    """L2 norm of the whole gradient before clipping."""


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
    seconds: Finite
    """Time that the probe took."""
