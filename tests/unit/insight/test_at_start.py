"""Each finding fires for its fault, and not for similar healthy networks, before training."""

from dataclasses import replace
from typing import Any

import pytest

from gradus.spec.dataset import Dataset
from gradus.spec.numbers import Standard
from gradus.wire.finding import Finding
from insight.evidence import is_healthy
from insight.findings import class_imbalance, inputs_unscaled
from insight.findings.registry import KINDS, findings_at_start
from insight.findings.too_deep_for_width import dead_probability
from tests.unit.insight.starts import start

SGD = {"optimizer": {"kind": "sgd", "lr": 0.01}}
DIGEST = "sha256:" + "0" * 64
DEEP = {"layers": [100] * 5, **SGD}
SLOW = {"final": 0.99}
FADED = {"gradient_ratio": 0.003, "backward_factor": 0.24}

FIRES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "units that start equal": ("no_symmetry_breaking", "critical", {"layers": {"distinct_units": 1}}),
    "logits of deviation 47": (
        "initial_weights_too_large",
        "critical",
        {"begin": {"output_deviation": 47, "loss": 67}, "layers": {"weight_scale": 28}, "twenty": SLOW},
    ),
    "gradients that grow": (
        "initial_weights_too_large",
        "warning",
        {"begin": {"backward_factor": 7, "loss": 9}, "layers": {"weight_scale": 28}, "twenty": SLOW},
    ),
    "gradients and signals that fade": (
        "initial_weights_too_small",
        "critical",
        {"spec": DEEP, "layers": {"weight_scale": 0.1}, "begin": FADED, "twenty": SLOW},
    ),
    "sigmoid layers": (
        "vanishing_gradient",
        "critical",
        {"spec": {**DEEP, "activation": "sigmoid"}, "begin": FADED, "twenty": SLOW},
    ),
    "three sigmoid layers": (
        "vanishing_gradient",
        "warning",
        {"spec": DEEP, "begin": {"gradient_ratio": 0.06, "backward_factor": 0.24}, "twenty": SLOW},
    ),
    "inputs that look alike": (
        "signal_collapse",
        "critical",
        {"spec": DEEP, "begin": {"share": 1.5e-7}, "twenty": SLOW},
    ),
    "inputs that look alike to an optimizer that does not mind": (
        "signal_collapse",
        "warning",
        {"spec": {"optimizer": "adam"}, "begin": {"share": 8.5e-14}, "twenty": SLOW},
    ),
    "inputs times 255": ("inputs_unscaled", "warning", {"data": {"input_rms": 80}}),
    "inputs divided twice": ("inputs_unscaled", "warning", {"data": {"largest_input_deviation": 0.002}}),
    "a column times 1000": ("inputs_unscaled", "warning", {"data": {"deviation_ratio": 1000.0}}),
    "targets that are far away": (
        "target_scale",
        "warning",
        {
            "spec": {"dataset": "diabetes"},
            "data": {"target_mean": (40.0,), "target_deviation": (3.0,)},
            "rate": {"decrease": 0.5},
        },
    ),
    "a step beyond the minimum": ("lr_too_high", "critical", {"spec": SGD, "rate": {"rho": -0.5}, "twenty": SLOW}),
    "a step nearly beyond": ("lr_too_high", "warning", {"spec": SGD, "rate": {"rho": 0.2}, "twenty": {"final": 0.41}}),
    "momentum that makes steps too long": (
        "lr_too_high",
        "warning",
        {"spec": {"optimizer": {"kind": "momentum", "lr": 0.3}}, "step": {"sustained_rho": -0.08}},
    ),
    "twenty steps that peak": ("lr_too_high", "warning", {"spec": SGD, "twenty": {"peak": 17.0}}),
    "Adam far beyond": ("lr_too_high", "critical", {"rate": {"rho": -3.4}, "twenty": SLOW}),
    "Adam that peaks": ("lr_too_high", "warning", {"twenty": {"peak": 24.0}}),
    "steps that lead nowhere": (
        "lr_too_low",
        "critical",
        {"rate": {"decrease": 0.01, "rho": 1.0}, "step": {"recommended": 0.3}},
    ),
    "gradient descent that falls short": (
        "lr_too_low",
        "warning",
        {"spec": SGD, "rate": {"decrease": 6.0, "rho": 0.99}, "step": {"recommended": 0.2}},
    ),
    "steps that go far, but are few": (
        "too_few_steps",
        "warning",
        {"rate": {"decrease": 1.5, "rho": 0.98}, "data": {"steps": 18}},
    ),
    "dropout that leaves four units": ("dropout_too_strong", "warning", {"spec": {"layers": [20, 20], "dropout": 0.8}}),
    "an L2 penalty that pulls harder than the data": (
        "penalty_too_strong",
        "warning",
        {"spec": {"l2": 0.1}, "step": {"penalty_gradient_norm": 2.0}},
    ),
    "batch norm over two examples": (
        "batch_norm_statistics",
        "warning",
        {"spec": {"batch_norm": True, "batch_size": 2}},
    ),
    "half dead": ("dead_relu", "warning", {"layers": {"dead": 0.6}, "twenty": SLOW}),
    "all dead": ("dead_relu", "critical", {"layers": {"dead": 1.0}}),
    "saturated": ("saturated_activation", "warning", {"spec": {"activation": "tanh"}, "layers": {"flat": 0.82}}),
    "fifteen layers of five": (
        "too_deep_for_width",
        "warning",
        {"spec": {"layers": [5] * 15}, "begin": {"gradient_ratio": 0.02}, "twenty": SLOW},
    ),
    "identity": ("linear_network", "warning", {"spec": {"activation": "identity"}}),
    "no hidden layer for curved data": (
        "linear_network",
        "warning",
        {"spec": {"layers": []}, "data": {"held_out": 800, "curvature": 0.23, "curvature_t": 7.6}},
    ),
    "a tenth of the inputs, fewer than classes": (
        "dropout_too_strong",
        "warning",
        {"spec": {"dataset": "wine", "layers": [16], "input_dropout": 0.9}},
    ),
    "a warm-up longer than the run": (
        "warmup_too_long",
        "warning",
        {"spec": {"schedule": {"kind": "constant", "warmup": 100}}, "rate": {"decrease": 2}},
    ),
    "a decay within the first epoch": (
        "schedule_ends_early",
        "warning",
        {"spec": {"schedule": {"kind": "exponential", "factor": 0.01}}, "data": {"effective_steps": 180}}
        | {"rate": {"decrease": 0.5}},
    ),
    "clipped to nothing": (
        "clipping_too_strong",
        "critical",
        {"spec": {**SGD, "clip_norm": 0.001}, "rate": {"decrease": 0.1, "rho": 1.0}},
    ),
    "a bias before batch norm": ("bias_before_batch_norm", "note", {"spec": {"batch_norm": True}}),
    "shuffled labels": (
        "labels_do_not_follow_inputs",
        "warning",
        {"data": {"linear_correlation": 0.05, "neighbour_correlation": 0.1}},
    ),
    "labels that are shuffled, several of each example": (
        "labels_do_not_follow_inputs",
        "warning",
        {
            "plan": {"task": "multi_label", "classes": ("a", "b", "c")},
            "data": {"linear_correlation": 0.05, "neighbour_correlation": 0.1, "class_shares": (0.8, 0.7, 0.9)},
        },
    ),
    "shuffled labels of few examples": (
        "labels_do_not_follow_inputs",
        "warning",
        {
            "data": {
                "held_out": 51,
                "linear_correlation": 0.14,
                "neighbour_correlation": 0.11,
                "chance_correlation": 0.67,
            }
        },
    ),
    "nine rare classes": ("class_imbalance", "note", {"data": {"class_shares": (0.82, *[0.02] * 9)}}),
    "nine classes of a few examples": (
        "class_imbalance",
        "warning",
        {"data": {"class_shares": (0.82, *[0.02] * 9)}, "plan": {"train_examples": 300}},
    ),
}

SILENT: dict[str, dict[str, Any]] = {
    "a healthy network": {},
    "zeros in the output layer alone": {"spec": {"output_init": "zeros"}},
    "one unit": {"spec": {"layers": [1, 100]}, "layers": {"distinct_units": 1, "units": 1}},
    "large logits of inputs that are not large": {"begin": {"output_deviation": 1.4}},
    "small weights of one hidden layer": {
        "spec": {"layers": [100]},
        "layers": {"weight_scale": 0.05},
        "begin": {"gradient_ratio": None, "backward_factor": None},
    },
    "tiny weights under batch norm": {
        "spec": {**DEEP, "batch_norm": True, "layers": [{"units": 100, "bias": False}] * 5},
        "layers": {"weight_scale": 0.1},
    },
    "a batch-norm network whose gradients grow": {
        "spec": {"layers": [{"units": 100, "bias": False}] * 10, "batch_norm": True},
        "begin": {"gradient_ratio": 0.2, "backward_factor": 1.21},
    },
    "two sigmoid layers": {"spec": {"layers": [100, 100]}, "begin": {"gradient_ratio": 0.09, "backward_factor": 0.09}},
    "Xavier in a ReLU network": {"spec": DEEP, "begin": {"gradient_ratio": 0.25, "backward_factor": 0.71}},
    "a layer that forgets its mean": {"begin": {"share": 0.015}},
    "rare categories, whose columns hardly vary": {"data": {"deviation_ratio": 3.0}},
    "the edge of stability": {"spec": SGD, "rate": {"rho": 0.3}, "twenty": {"peak": 1.6}},
    "Adam's first step, which is pessimistic": {"rate": {"rho": 0.05}, "twenty": {"peak": 3.0}},
    "a high rate after a warm-up": {
        "spec": {**SGD, "schedule": {"kind": "constant", "warmup": 1}},
        "rate": {"rho": -0.5},
    },
    "a rho below a quarter of a network that learns at once": {"spec": SGD, "rate": {"rho": 0.2}},
    "momentum at the edge": {"spec": {"optimizer": "momentum"}, "step": {"sustained_rho": 0.3}},
    "small weights, whose gradient will grow": {
        "spec": SGD,
        "rate": {"decrease": 3.2, "rho": 0.98},
        "begin": {"gradient_ratio": 0.16, "backward_factor": 0.16, "output_deviation": 0.04},
        "step": {"recommended": 0.7},
    },
    "Adam with a small first gradient": {"rate": {"decrease": 7.0, "rho": 0.98}, "step": {"recommended": 0.02}},
    "two sigmoid layers under Adam": {"begin": {"share": 8e-4}},
    "dropout of a half in wide layers": {"spec": {"layers": [512, 512], "dropout": 0.5}},
    "a weak penalty": {"spec": {"l2": 1e-4}, "step": {"penalty_gradient_norm": 0.004}},
    "a third of the units idle": {"layers": {"dead": 0.33}},
    "a few saturated units": {"spec": {"activation": "sigmoid"}, "layers": {"flat": 0.2}},
    "narrow layers that pass signals": {"spec": {"layers": [5] * 15}},
    "logistic regression": {"spec": {"layers": []}},
    "an identity layer among others": {"spec": {"layers": [{"units": 100, "activation": "identity"}, 100]}},
    "cosine to 0": {"spec": {"schedule": "cosine"}, "data": {"effective_steps": 4300}},
    "clipping of the first steps": {"spec": {**SGD, "clip_norm": 0.3}},
    "Adam, which divides clipping out": {"spec": {"clip_norm": 0.001}},
    "a mild imbalance": {"data": {"class_shares": (0.63, 0.37)}, "plan": {"classes": ("a", "b")}},
    "no hidden layer for data of straight lines": {
        "spec": {"layers": []},
        "data": {"held_out": 800, "curvature": 0.13, "curvature_t": 4.1},
    },
    "no hidden layer for few data": {
        "spec": {"layers": []},
        "data": {"held_out": 50, "curvature": 0.3, "curvature_t": 1.5},
    },
    "dropout of convolutions with few channels, each of many pixels": {
        "spec": {"layers": [{"kind": "conv", "channels": 12, "kernel": 3}, 64], "dropout": 0.2}
    },
    "hard data with a trace of a rule": {"data": {"linear_correlation": 0.25, "neighbour_correlation": 0.1}},
    "too few examples of rare labels to tell": {
        "plan": {"task": "multi_label", "classes": ("a", "b")},
        "data": {
            "linear_correlation": 0.0,
            "neighbour_correlation": 0.0,
            "class_shares": (0.02, 0.01),
            "held_out": 500,
        },
    },
    "too few examples of a rare class to tell": {
        "data": {"linear_correlation": 0.0, "neighbour_correlation": 0.0, "class_shares": (0.79, 0.21), "held_out": 60}
    },
    "too few examples to tell": {"data": {"held_out": 49, "linear_correlation": 0.0, "neighbour_correlation": 0.0}},
    "few examples with a trace of a rule": {
        "data": {"held_out": 80, "linear_correlation": 0.3, "neighbour_correlation": 0.1, "chance_correlation": 0.5}
    },
    "one of two units that is dead": {
        "spec": {"layers": [100, 2]},
        "layers": {"dead": 0.5, "units": 2},
        "twenty": SLOW,
    },
    "few steps through a layer of two units": {
        "spec": {"layers": [2]},
        "layers": {"units": 2},
        "rate": {"decrease": 1.1, "rho": 0.98},
    },
    "short steps through a layer of two units": {
        "spec": {"layers": [2]},
        "layers": {"units": 2},
        "rate": {"decrease": 0.2, "rho": 0.98},
        "step": {"recommended": 0.03},
    },
}


def found(changes: dict[str, Any]) -> dict[str, Finding]:
    return {finding.id: finding for finding in findings_at_start(start(**changes))}


@pytest.mark.parametrize(("id_", "severity", "changes"), FIRES.values(), ids=FIRES)
def test_a_finding_fires_with_evidence_and_a_sentence(id_: str, severity: str, changes: dict[str, Any]) -> None:
    finding = found(changes)[id_]
    assert finding.severity == severity
    assert finding.evidence
    assert not any(map(is_healthy, finding.evidence))
    assert finding.because.endswith(".")


@pytest.mark.parametrize("changes", SILENT.values(), ids=SILENT)
def test_a_healthy_network_raises_no_finding(changes: dict[str, Any]) -> None:
    assert found(changes) == {}


@pytest.mark.parametrize("changes", [case[2] for case in FIRES.values() if case[0] in ("dead_relu", "signal_collapse")])
def test_a_network_that_learns_at_once_raises_no_alarm_for_how_it_looks(changes: dict[str, Any]) -> None:
    learning = found({**changes, "twenty": {"final": 0.01}, "begin": {**changes.get("begin", {}), "loss": 2.3}})
    alarms = [finding for finding in learning.values() if finding.severity != "note"]
    assert alarms == [] or changes.get("layers") == {"dead": 1.0}


def test_every_kind_has_its_texts() -> None:
    for kind in KINDS:
        assert all((kind.title, kind.looks_like, kind.why, kind.cure))
        assert kind.looks_like.endswith(".")
        assert kind.why.endswith(".")


def test_a_patch_reaches_layers_with_keys_of_their_own() -> None:
    layers = [{"units": 30, "init": "zeros"}, {"kind": "residual", "layers": [{"units": 30, "init": "zeros"}]}]
    finding = found({"spec": {"layers": layers}, "layers": {"distinct_units": 1}})["no_symmetry_breaking"]
    first, second = finding.patches[0].patch["layers"]
    assert "init" not in first
    assert "init" not in second["layers"][0]


@pytest.mark.parametrize(("widths", "expected"), [([5] * 15, 0.379), ([1], 0.5), ([100] * 5, 0.0)])
def test_the_probability_of_a_dead_layer_is_that_of_its_formula(widths: list[int], expected: float) -> None:
    assert dead_probability(widths) == pytest.approx(expected, abs=5e-4)


def test_a_table_gets_its_own_word_for_standardizing() -> None:
    planted = start(data={"deviation_ratio": 1000.0})
    table = planted.spec.dataset.model_copy(update={"digest": DIGEST})
    (patch,) = inputs_unscaled._patches(replace(planted, spec=planted.spec.model_copy(update={"dataset": table})))
    assert Dataset.model_validate({"name": "planted", "digest": DIGEST, **patch.patch["dataset"]}).numbers == Standard()


def test_units_are_not_called_dead_after_few_examples() -> None:
    dead = {"layers": {"dead": 0.9}, "twenty": {"final": 0.9}}
    assert "dead_relu" in found(dead)
    assert "dead_relu" not in found({**dead, "effort": {"measured": 128}})


def test_the_first_cure_of_too_few_steps_trains_five_times_as_long_at_most() -> None:
    few: dict[str, Any] = {"rate": {"decrease": 0.1, "rho": 0.99}, "step": {"recommended": None}}
    patches = [
        [patch.patch for patch in found({**few, "spec": {"epochs": 10, **spec}})["too_few_steps"].patches]
        for spec in ({"batch_size": 32}, {"batch_size": "full"})
    ]
    assert patches[0] == [{"epochs": 50}, {"epochs": 2000}]
    assert patches[1] == [{"batch_size": 64}, {"epochs": 50}, {"epochs": 2000}]


def test_steps_that_are_too_long_are_not_made_longer() -> None:
    far: dict[str, Any] = {"target_mean": (40.0,), "target_deviation": (3.0,)}
    rates = {"too short": {"decrease": 0.5}, "too long": {"rho": -0.5}}
    patches = {
        name: found({"spec": {"dataset": "diabetes"}, "data": far, "rate": rate})["target_scale"].patches
        for name, rate in rates.items()
    }
    assert [len(patches[name]) for name in rates] == [1, 0]


@pytest.mark.parametrize(("loss", "first"), [("squared", "too_few_steps"), ("absolute", "target_scale")])
def test_far_targets_do_not_slow_steps_that_grow_with_the_distance(loss: str, first: str) -> None:
    far = {"target_mean": (0.0,), "target_deviation": (40.0,)}
    spec = {"dataset": "diabetes", "loss": loss, **SGD}
    assert next(iter(found({"spec": spec, "data": far, "rate": {"decrease": 2.0}}))) == first


def test_steps_are_not_too_long_where_the_last_layer_sees_one_example() -> None:
    far = {"rate": {"rho": -3.4}, "twenty": SLOW}
    assert "lr_too_high" in found(far)
    assert [*found({**far, "begin": {"share": 1.5e-7}})] == ["signal_collapse"]


def test_the_first_step_suggests_ten_times_the_usual_rate_at_most() -> None:
    momentum = {"optimizer": {"kind": "momentum", "lr": 0.0001}}
    low = found({"spec": momentum, "rate": {"decrease": 0.01, "rho": 1.0}, "step": {"recommended": 0.26}})
    assert [patch.patch["optimizer"]["lr"] for patch in low["lr_too_low"].patches] == [0.1, 0.001]


def test_rare_classes_get_no_weights_before_their_recall_is_known() -> None:
    planted = start(data={"class_shares": (0.82, *[0.02] * 9)})
    table = planted.spec.dataset.model_copy(update={"digest": DIGEST, "class_weights": "none"})
    finding = class_imbalance.at_start(replace(planted, spec=planted.spec.model_copy(update={"dataset": table})))
    assert finding is not None
    assert finding.patches == ()


def test_inputs_that_are_standardized_already_get_a_rate_for_their_largest() -> None:
    planted = start({"optimizer": {"kind": "sgd", "lr": 0.1}}, data={"deviation_ratio": 1000.0})
    uploaded = planted.spec.dataset.model_copy(update={"digest": "sha256:0", "numbers": Standard()})
    for dataset in (uploaded, planted.spec.dataset.model_copy(update={"standardize": True})):
        again = inputs_unscaled._patches(replace(planted, spec=planted.spec.model_copy(update={"dataset": dataset})))
        assert [patch.patch for patch in again] == [{"optimizer": {"kind": "sgd", "lr": 0.01}}]


@pytest.mark.parametrize(("decrease", "twenty", "fires"), [(1.8, 0.98, True), (8.0, 0.98, False), (1.8, 0.7, False)])
@pytest.mark.parametrize(
    ("id_", "changes"),
    [
        ("initial_weights_too_small", {"layers": {"weight_scale": 0.9}, "spec": DEEP}),
        ("too_deep_for_width", {"spec": {"layers": [5] * 6}}),
    ],
)
def test_a_fade_to_a_ninth_is_the_cause_if_the_network_hardly_moves(
    id_: str, changes: dict[str, Any], decrease: float, twenty: float, *, fires: bool
) -> None:
    faded = {"begin": {"gradient_ratio": 0.115, "backward_factor": 0.65}, "rate": {"decrease": decrease, "rho": 0.99}}
    assert (id_ in found({**changes, **faded, "twenty": {"final": twenty}})) == fires
