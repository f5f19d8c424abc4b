"""A hidden layer with too few units to tell the classes apart."""

from gradus.spec.nodes.dense import DensePlan
from insight.outcome import best_remaining, is_at_prior, learns_well
from insight.run import Run
from insight.widths import is_too_narrow

LEARNED = 0.9
"""Share of a constant prediction's loss below which steps are long enough to learn what the layer lets through."""
GAP = 1.15
"""Ratio of validation loss to training loss below which next to nothing has been memorized: what cannot pass the layer
cannot be learned by heart either, and the noise of the two means is a few percent."""


def narrow_layer(run: Run) -> DensePlan | None:
    """The hidden layer that keeps a classifier from learning more, as it has too few units.

    The run has learned something, but not well, and nothing by heart. Whatever else it shows is a consequence: a single
    dead unit is half of the layer, and what little a layer lets through is learned slowly.
    """
    if not run.is_due or run.failure is not None or run.data.task != "classification" or run.spec.dataset.augment:
        return None
    inner = [layer for layer in run.network.layers[:-1] if isinstance(layer, DensePlan)]
    narrowest = min(inner, key=lambda layer: layer.units, default=None)
    if narrowest is None or not is_too_narrow(narrowest.units, len(run.data.classes)):
        return None
    if is_at_prior(run) or best_remaining(run) > LEARNED or learns_well(run):
        return None
    return narrowest if run.last.validation_loss <= GAP * run.last.train_loss else None
