"""Rules across the spec and its data, for all kinds of data sets."""

from collections.abc import Iterator
from math import prod

from gradus.dataset_plan import DatasetPlan
from gradus.spec.batch import examples_per_step
from gradus.spec.experiment import Spec
from gradus.spec.layer import Dense
from gradus.spec.loss import misfit
from gradus.spec.network import plan_written
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.spec.nodes.misfit import Misfit
from gradus.spec.scale import Scale
from gradus.wire.problem import Mistake


def mistakes(spec: Spec, data: DatasetPlan) -> tuple[Mistake, ...]:
    """The mistakes: settings that do not fit together. `spec` has its defaults written out."""
    found = (
        _batch_norm_needs_a_batch(spec, data),
        _embeddings_need_numbers(spec, data),
        _augmentation_needs_images(spec, data),
        _accuracy_needs_classes(spec, data),
        _loss_fits_the_task(spec, data),
        _layers_fit_shapes(spec, data),
    )
    return tuple(mistake for mistakes in found for mistake in mistakes)


def _batch_norm_needs_a_batch(spec: Spec, data: DatasetPlan) -> Iterator[Mistake]:
    if examples_per_step(spec.batch_size, data.train_examples) > 1 or not _normalizes_single_numbers(spec, data):
        return
    place, what, given = "dataset", "leaves 1 training example", spec.model_dump(mode="json")["dataset"]
    if spec.batch_size == 1:
        place, what, given = "batch_size", "is 1", 1
    message = f"batch_norm needs batches of 2 or more examples, but '{place}' {what}: use more, or batch_norm false"
    yield Mistake(path=place, message=message, input=given)


def _normalizes_single_numbers(spec: Spec, data: DatasetPlan) -> bool:
    """Whether a batch of one example gives batch normalization a single number for each unit or channel: then x - mean
    is 0."""
    try:
        nodes = plan_written(spec, data).layers
    except Misfit:  # reported by `_layers_fit_shapes`
        return False
    return any(
        isinstance(node, DensePlan | ConvPlan) and node.batch_norm is not None and prod(node.shape[:-1]) == 1
        for node in nodes
    )


def _embeddings_need_numbers(spec: Spec, data: DatasetPlan) -> Iterator[Mistake]:
    if spec.number_embeddings.kind != "none" and len(data.input_shape) > 1:
        message = f"number_embeddings are for tables, but '{spec.dataset.name}' consists of images: use none"
        yield Mistake(path="number_embeddings", message=message, input=spec.number_embeddings.kind)


def _augmentation_needs_images(spec: Spec, data: DatasetPlan) -> Iterator[Mistake]:
    dataset = spec.dataset
    if not dataset.augment:
        return
    given = dataset.model_dump(mode="json")["augment"]
    if data.image is None:
        is_flat = len(data.input_shape) == 1
        what = "has inputs besides a single image" if is_flat else "consists of arrays, not of images"
        message = f"augment is for images, but '{dataset.name}' {what}: leave it out"
        yield Mistake(path="dataset/augment", message=message, input=given)
    elif dataset.standardize:
        message = "augment moves pixels, but standardize scales each pixel by its position: use one of the two"
        yield Mistake(path="dataset/augment", message=message, input=given)


def _accuracy_needs_classes(spec: Spec, data: DatasetPlan) -> Iterator[Mistake]:
    stopping = spec.early_stopping
    if stopping and stopping.metric == "validation_accuracy" and data.task == "regression":
        name = spec.dataset.name
        message = f"early_stopping on validation_accuracy, but '{name}' is a regression task: use validation_loss"
        yield Mistake(path="early_stopping/metric", message=message, input=stopping.metric)


def _loss_fits_the_task(spec: Spec, data: DatasetPlan) -> Iterator[Mistake]:
    reason = misfit(spec.loss, data.task)
    if reason is not None:
        yield Mistake(path="loss", message=reason, input=spec.loss.kind)


def _layers_fit_shapes(spec: Spec, data: DatasetPlan) -> Iterator[Mistake]:
    if all(isinstance(layer, Dense | Scale) for layer in spec.layers):
        return  # they fit any shape
    try:
        plan_written(spec, data)
    except Misfit as misfit:
        yield Mistake(path=misfit.path, message=str(misfit), input=misfit.value)
