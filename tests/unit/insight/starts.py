"""Measurements of made-up networks at the start: healthy, except for what a test changes."""

from typing import Any

from gradus.dataset_plan import DatasetPlan
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.spec.nodes.conv import ConvPlan
from gradus.spec.nodes.dense import DensePlan
from gradus.wire.layer_report import Bins
from gradus.wire.probe import (
    ProbedData,
    ProbedEffort,
    ProbedLayer,
    ProbedRate,
    ProbedSeed,
    ProbedStart,
    ProbedStep,
    ProbedTwenty,
)
from insight.start import Measured, Start
from tests.built_in import resolved

NO_BINS = Bins(low=0, high=1, counts=())
FACTORS = (0.1, 0.32, 1.0, 3.2, 10.0)


def start(
    spec: dict[str, Any] | None = None,
    *,
    data: dict[str, Any] | None = None,
    begin: dict[str, Any] | None = None,
    layers: dict[str, Any] | None = None,
    step: dict[str, Any] | None = None,
    rate: dict[str, Any] | None = None,
    twenty: dict[str, Any] | None = None,
    seeds: dict[str, Any] | None = None,
    effort: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
) -> Start:
    """The measurements of a healthy network at the start, some of which are replaced: `layers` replaces values of all
    hidden layers, `rate` those at the spec's learning rate, and `seeds` those of all other seeds; `plan` is the shape
    of the data."""
    found = resolved(Spec.model_validate({"dataset": "mnist", "layers": [100, 100], **(spec or {})}))
    found = ResolvedSpec(found.spec, found.data.model_copy(update=plan or {}))
    lr = found.spec.optimizer.lr
    plans = [layer for layer in found.network.layers if isinstance(layer, DensePlan | ConvPlan)]
    measured = Measured(
        data=_data(found.data).model_copy(update=data or {}),
        start=ProbedStart(
            loss=2.32, output_deviation=0.3, gradient_ratio=1.0, backward_factor=1.0, share=0.3
        ).model_copy(update=begin or {}),
        layers=tuple(_layer(one).model_copy(update=(layers or {}) if one.name != "output" else {}) for one in plans),
        step=ProbedStep(
            rates=tuple(
                ProbedRate(lr=lr * factor, rho=0.9, decrease=100 * factor, twenty=0.1, peak=1.0).model_copy(
                    update=(rate or {}) if factor == 1 else {}
                )
                for factor in FACTORS
            ),
            suggested=(lr / 10, lr * 5),
            recommended=lr,
            gradient_norm=0.5,
            data_gradient_norm=0.5,
        ).model_copy(update=step or {}),
        twenty=ProbedTwenty(losses=(2.32, 0.23), peak=1.0, final=0.1, prior=2.2, control=0.98).model_copy(
            update=twenty or {}
        ),
        seeds=tuple(
            ProbedSeed(seed=i, loss=2.32, output_deviation=0.3, share=0.3, gradient_ratio=1.0, dead=0.0).model_copy(
                update=seeds or {}
            )
            for i in (1, 2, 3)
        ),
        effort=ProbedEffort(measured=512, batch=50, batches=3, rates=5).model_copy(update=effort or {}),
    )
    return Start(found.spec, found.data, found.network, measured)


def _data(plan: DatasetPlan) -> ProbedData:
    return ProbedData(
        examples=plan.train_examples,
        measured=2000,
        steps_per_epoch=860,
        steps=8600,
        effective_steps=8600,
        input_rms=0.33,
        input_minimum=0,
        input_maximum=1,
        largest_input_deviation=0.45,
        constant_inputs=60,
        deviation_ratio=None,
        class_shares=(0.1,) * len(plan.classes),
        prior=2.3,
        held_out=800,
        linear_correlation=0.8,
        neighbour_correlation=0.9,
        chance_correlation=0.19,
    )


def _layer(plan: DensePlan | ConvPlan) -> ProbedLayer:
    return ProbedLayer(
        name=plan.name,
        units=plan.shape[-1],
        kind=plan.kind,
        fan_in=plan.fan_in,
        activation=plan.activation,
        batch_norm=plan.batch_norm is not None,
        weight_norm=10,
        gradient_norm=0.1,
        delta_rms=0.01,
        delta_norm=0.1,
        mean=0.4,
        deviation=0.6,
        largest=4,
        share=0.3,
        flat=0.0 if plan.activation in ("sigmoid", "tanh") else None,
        dead=0.05 if plan.activation == "relu" else None,
        z_mean=0,
        z_rms=1.0,
        weight_scale=1.41 if plan.activation == "relu" else 1.0,
        distinct_units=plan.shape[-1],
        activations=NO_BINS,
        deltas=NO_BINS,
    )
