"""The summary of a spec: network, sizes, steps per epoch, memory."""

from typing import Any

from gradus.dataset_plan import DatasetPlan
from gradus.resolved import ResolvedSpec, best_metric
from gradus.spec.batch import steps_per_epoch
from gradus.spec.experiment import Spec
from gradus.spec.network import NetworkPlan
from gradus.spec.nodes.graph import LayerPlan
from gradus.wire.experiment import DryRun, LayerSummary


def dry_run(resolved: ResolvedSpec) -> DryRun:
    """The result of a dry run: the resolved spec, its layers with shapes and parameters, sizes, and estimated
    memory."""
    facts = {**listed_facts(resolved.spec, resolved.data), **network_facts(resolved)}
    own = {
        "fingerprint": resolved.fingerprint,
        "parameters": resolved.network.parameters,
        "blocks": resolved.data.blocks,
    }
    return DryRun(spec=resolved.spec, **own, **facts)


def listed_facts(spec: Spec, data: DatasetPlan) -> dict[str, Any]:
    """The facts that every response about an experiment contains besides its spec; they are cheap to compute."""
    return {
        "task": data.task,
        "best_metric": best_metric(spec, data),
        "train_examples": data.train_examples,
        "validation_examples": data.validation_examples,
        "test_examples": data.test_examples,
    }


def network_facts(resolved: ResolvedSpec) -> dict[str, Any]:
    """The facts that only the response about a single experiment contains, because their size grows with the
    network."""
    data = resolved.data
    return {
        "input_shape": data.input_shape,
        "classes": data.classes,
        "layers": layer_summaries(resolved.network),
        "steps_per_epoch": steps_per_epoch(resolved.spec.batch_size, data.train_examples),
        "memory_bytes": resolved.memory_bytes,
    }


def layer_summaries(network: NetworkPlan) -> tuple[LayerSummary, ...]:
    """Each layer with its shapes and number of parameters."""
    return tuple(map(_summary, network.layers))


def _summary(layer: LayerPlan) -> LayerSummary:
    return LayerSummary(
        name=layer.name,
        kind=layer.kind,
        input_shape=layer.in_shape,
        output_shape=layer.shape,
        activation=layer.activation,
        parameters=layer.parameters,
        multiply_adds=layer.multiply_adds,
    )
