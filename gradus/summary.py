"""What a spec comes to, before anything runs."""

from gradus.spec.batch import steps_per_epoch
from gradus.spec.experiment import Spec
from gradus.spec.memory import memory_bytes
from gradus.spec.network import DensePlan, plan
from gradus.wire.experiment import DryRun, LayerSummary


def dry_run(experiment: Spec) -> DryRun:
    """The resolved spec, its layers with shapes and parameters, its sizes, and an estimate of its memory."""
    network = plan(experiment)
    dataset = experiment.dataset
    return DryRun(
        spec=experiment.resolved(),
        fingerprint=experiment.fingerprint(),
        parameters=network.parameters,
        layers=tuple(map(_summary, network.layers)),
        train_examples=dataset.train_examples,
        validation_examples=dataset.validation_examples,
        test_examples=dataset.facts.test_examples,
        steps_per_epoch=steps_per_epoch(experiment.batch_size, dataset.train_examples),
        memory_bytes=memory_bytes(experiment),
    )


def _summary(layer: DensePlan) -> LayerSummary:
    return LayerSummary(
        name=layer.name,
        kind="dense",
        input_shape=(layer.fan_in,),
        output_shape=(layer.units,),
        activation=layer.activation,
        parameters=layer.parameters,
    )
