"""Statistics of a network's layers while it trains, as in an experiment's history."""

from gradus.wire.message import Message, Number

BINS = 30
"""Bins of a histogram."""


class LayerStatistics(Message):
    """One layer at the end of an epoch. Values that a layer does not have are null: pooling has no weights, tanh no
    dead units.

    Norms of gradients and updates and `delta_rms` are those of one step on a sample of the training examples, which is
    undone afterwards; the activations are those of a larger sample in evaluation mode. Both samples are the same in all
    epochs."""

    name: str
    """Its path in the spec, such as `layers/0`, or `output`."""
    units: int
    """Number of units or channels."""
    weight_norm: Number | None = None
    """L2 norm of the weights."""
    gradient_norm: Number | None = None
    """L2 norm of the gradient with respect to the weights, penalties included, before clipping."""
    update_norm: Number | None = None
    """L2 norm of what a step adds to the weights."""
    update_ratio: Number | None = None
    """`update_norm` over `weight_norm`; null for weights that are all 0."""
    delta_rms: Number | None = None
    """Root mean square, over examples and units, of the gradient of an example's loss with respect to the weighted
    sums, or to the output of batch normalization if there is one."""
    mean: Number | None = None
    """Mean of the activations over examples and units."""
    deviation: Number | None = None
    """Standard deviation of the activations over examples and units."""
    largest: Number | None = None
    """Largest absolute activation."""
    share: Number | None = None
    """Signal share: the variance of the activations between examples over their second moment, each summed over units.
    Near 0, all inputs look alike to the layers that follow. Null if all activations are 0."""
    flat: Number | None = None
    """Share of the activations, over examples and units, where the slope of the activation function is below 5 % of its
    largest slope; null without an activation function."""
    dead: Number | None = None
    """Share of `relu` units that output 0 for every example; null for other activation functions."""


class LayerReport(Message):
    """The statistics of a network after one epoch. A run with short epochs has reports for some epochs only.

    Numbers may be non-finite if training diverges."""

    epoch: int
    """The epoch at whose end the layers were measured; 1 is the first."""
    step: int
    """Steps taken since the start of the run."""
    layers: tuple[LayerStatistics, ...]
    """The layers that learn or have an activation function, from input to output."""
    rho: Number | None = None
    """Decrease of a batch's loss in a step, divided by the decrease that the gradient predicts: 1 for a tiny step, 0.5
    at the minimum along the step, negative if the loss grows. Null if rounding errors hide it."""
    decrease: Number | None = None
    """D of an epoch: the relative decrease of the loss that the gradient predicts for an epoch of such steps."""
    variance_ratio: Number | None = None
    """F: the variance of the batches' losses from step to step, over the variance that sampling alone would give. 1 is
    pure sampling noise; a larger value is caused by the steps. Null for batches of one example and epochs of few
    steps."""
    validation_t: Number | None = None
    """Paired t of the validation examples' losses against the best epoch before: 3 is a significant rise, -3 a
    significant fall. Null in the first epoch."""
    easy: Number | None = None
    """Share of the epoch's training examples whose loss was below a quarter of a guess's loss, ln(number of classes);
    null unless the task is classification."""
    hard: Number | None = None
    """Share of the epoch's training examples whose loss was above a guess's loss: the network assigns them to another
    class."""
    noise_scale: Number | None = None
    """B: trace of the covariance of the examples' gradients over the squared norm of the mean gradient, in examples;
    the useful batch size is about B. Null for networks with convolutions or batch normalization, and if the sample is
    too small."""
    evaluation_loss: Number | None = None
    """Loss of the sampled training examples at the end of the epoch in evaluation mode, as the validation loss is
    measured: with running statistics and without dropout."""
    evaluation_accuracy: Number | None = None
    """Accuracy of the sampled training examples in evaluation mode; null for regression."""
    mode_ratio: Number | None = None
    """Loss of a step's examples in training mode, with dropout and the batch's own statistics, over that of the same
    examples in evaluation mode. Above 1 dropout costs, below 1 the running statistics do not fit. Null without
    either."""
    mode_t: Number | None = None
    """Paired t of the losses of a step's examples, training mode against evaluation mode; null for a batch of one."""
    growth_gain: Number | None = None
    """-g·w / L, from the gradient g of the loss L without penalties by the weights w: the relative decrease of the loss
    that it predicts for weights twice as large. Far above 0 where a penalty keeps the weights too small."""


class LayerReports(Message):
    """The answer of `GET /v1/experiments/{id}/layers`."""

    data: tuple[LayerReport, ...]
    """The reports by epoch."""
    last_epoch: int
    """The newest epoch of the run, whether or not it has a report; 0 if none."""
    last_event: int
    """The `seq` of the experiment's newest event."""


class Bins(Message):
    """A histogram: counts in bins of equal width."""

    low: Number
    """Lower edge of the first bin: the smallest counted number."""
    high: Number
    """Upper edge of the last bin: the largest counted number."""
    counts: tuple[int, ...]
    """Counts of the bins. At most a few thousand numbers of a layer are counted."""


class LayerHistograms(Message):
    """The histograms of one layer at the end of an epoch."""

    name: str
    epoch: int
    activations: Bins | None = None
    deltas: Bins | None = None
    """Gradients of an example's loss with respect to the weighted sums."""
    weights: Bins | None = None
    """Null for a layer without weights."""
    gradients: Bins | None = None
    """Gradients with respect to the weights."""


class MeasuredLayers(Message):
    """The measurements of a network's layers in an epoch."""

    report: LayerReport
    histograms: tuple[LayerHistograms, ...] | None = None
    """Histograms by layer; null unless the statistics are `full`."""


class HistogramHistory(Message):
    """The answer of `GET /v1/experiments/{id}/layers/{name}/histograms`."""

    data: tuple[LayerHistograms, ...]
    """Histograms by epoch; empty until the first of them is recorded."""
    last_event: int
