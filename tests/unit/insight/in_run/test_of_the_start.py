"""Faults that a probe finds before a run are also found in the run, if its history shows them."""

from dataclasses import replace
from typing import Any

import pytest

from gradus.spec.experiment import Spec
from gradus.wire.layer_report import LayerStatistics
from insight.evidence import is_healthy
from insight.prior import InputScale, Prior
from insight.run import Run
from tests.built_in import resolved
from tests.unit.insight.in_run.planted import LN10, found, planted, with_layers
from tests.unit.training.examples import made_up_data
from worker.probing.inputs import inputs
from worker.training.input_scale import input_scale

FALLING = [1, 0.7, 0.5, 0.35, 0.25, 0.2, 0.17, 0.15, 0.14, 0.13]
BY_HEART = [2.0, 1.5, 1.0, 0.7, 0.5]
NARROW: dict[str, Any] = {"layers": [5] * 14}


def of_inputs(accuracy: float = 0.3, **scale: Any) -> Run:
    known = InputScale(**{"rms": 0.3, "largest_deviation": 0.4, **scale})
    return planted([2.2] * 6, accuracies=accuracy, prior=Prior(loss=LN10, accuracy=0.11, inputs=known))


def stack(dead: float, accuracy: float = 0.11, **spec: Any) -> Run:
    run = planted([2.303] * 6, accuracies=accuracy, **spec)
    names = [f"layers/{i}" for i in range(len(run.spec.layers))]
    hidden = [LayerStatistics(name=name, units=5, share=0.2, dead=dead, delta_rms=1.0) for name in names]
    return with_layers(run, *hidden, LayerStatistics(name="output", units=10))


SICK: dict[str, tuple[str, str, Run]] = {
    "bytes as inputs": ("inputs_unscaled", "warning", of_inputs(rms=130.0)),
    "divided twice": ("inputs_unscaled", "warning", of_inputs(largest_deviation=0.001)),
    "one in grams": ("inputs_unscaled", "warning", of_inputs(deviation_ratio=900.0)),
    "bytes, learned all the same": ("inputs_unscaled", "note", of_inputs(0.98, rms=130.0)),
    "shuffled": (
        "labels_do_not_follow_inputs",
        "critical",
        planted(BY_HEART, [2.31, 2.35, 2.5, 2.9, 3.2], accuracies=0.1),
    ),
    "narrow and dead": ("too_deep_for_width", "critical", stack(0.8, **NARROW)),
    "narrow, half learned": ("too_deep_for_width", "warning", stack(0.8, 0.4, **NARROW)),
    "biases for nothing": ("bias_before_batch_norm", "note", planted(FALLING, batch_norm=True)),
}
LOOK_ALIKES: dict[str, tuple[str, Run]] = {
    "in [0, 1]": ("inputs_unscaled", of_inputs()),
    "constant inputs alone": ("inputs_unscaled", of_inputs(largest_deviation=0.0)),
    "learned by heart, after learning": (
        "labels_do_not_follow_inputs",
        planted(BY_HEART, [2.0, 1.8, 2.4, 2.9, 3.2], accuracies=[0.3, 0.4, 0.3, 0.3, 0.3]),
    ),
    "nothing learned at all": ("labels_do_not_follow_inputs", planted([2.303] * 5, accuracies=0.11)),
    "statistics of two examples": (
        "labels_do_not_follow_inputs",
        planted(BY_HEART, [2.31, 2.35, 2.5, 2.9, 3.2], accuracies=0.1, batch_norm=True, batch_size=2),
    ),
    "narrow and alive": ("too_deep_for_width", stack(0.3, **NARROW)),
    "wide and dead": ("too_deep_for_width", stack(0.8, layers=[100] * 14)),
    "narrow, with batch norm": ("too_deep_for_width", stack(0.8, batch_norm=True, **NARROW)),
    "no biases": (
        "bias_before_batch_norm",
        planted(FALLING, batch_norm=True, layers=[{"units": 30, "bias": False}]),
    ),
}


@pytest.mark.parametrize(("id_", "severity", "run"), SICK.values(), ids=SICK)
def test_it_is_found_in_a_run(id_: str, severity: str, run: Run) -> None:
    finding = found(run)[id_]
    assert (finding.severity, finding.because[-1]) == (severity, ".")
    assert finding.evidence
    assert not any(map(is_healthy, finding.evidence))


@pytest.mark.parametrize(("id_", "run"), LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_what_looks_like_it_is_not(id_: str, run: Run) -> None:
    assert id_ not in found(run)


def test_a_run_and_a_probe_measure_the_same_inputs() -> None:
    data = made_up_data(train=400)
    data.train.inputs[:, 0] *= 1000
    one, other = input_scale(data), inputs(resolved(Spec(dataset="wine", layers=[4])), data)
    assert (one.rms, one.largest_deviation) == (other.input_rms, other.largest_input_deviation)
    assert one.deviation_ratio == other.deviation_ratio
    assert one.deviation_ratio is not None
    assert one.deviation_ratio > 100


def test_a_run_whose_inputs_nobody_measured_is_not_judged_by_them() -> None:
    run = of_inputs(rms=130.0)
    assert "inputs_unscaled" not in found(replace(run, prior=Prior(loss=LN10, accuracy=0.11)))
