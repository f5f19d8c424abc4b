"""Findings about a learning rate that follow from trials at other rates, for made-up trials."""

from dataclasses import replace
from typing import Any

import pytest

from gradus.wire.finding import Finding
from gradus.wire.probe import ProbedGain, ProbedTrial, ProbedTrialRate
from insight.findings.registry import findings_at_start
from insight.root_cause import ALARMS
from tests.unit.insight.starts import start


def trial(lr: float, share: float = 1.0, middle: float | None = None, **gain: float) -> ProbedTrial:
    """A trial in which a learning rate of `lr` is better than the spec's own by 5 % of the examples or of the loss,
    which is more than chance."""
    found = ProbedGain(**{"lr": lr, "gain": 0.05, "t": 4.0, "fit": 0.5, **gain})
    return ProbedTrial(steps=100, share=share, examples=1000, middle=middle or lr, gain=found, rates=())


def alarms(tried: ProbedTrial, step: dict[str, Any] | None = None, **fields: Any) -> dict[str, Finding]:
    adam = {"optimizer": {"kind": "adam", "lr": 0.01}}
    found = findings_at_start(start(adam, step={"trial": tried, **(step or {})}, **fields))
    return {finding.id: finding for finding in found if finding.severity in ALARMS}


def test_a_higher_rate_that_learns_more_names_the_spec_s_own_too_low() -> None:
    found = alarms(trial(0.1, middle=0.06))
    assert [*found] == ["lr_too_low"]
    assert [patch.patch["optimizer"]["lr"] for patch in found["lr_too_low"].patches[:2]] == [0.06, 0.1]
    assert "In trials of the whole run, a learning rate of 0.1 recognizes 5 % more" in found["lr_too_low"].because


@pytest.mark.parametrize(
    ("kind", "rates"), [("sgd", [0.0017, 0.003, 0.001]), ("momentum", [0.0017, 0.003, 0.001]), ("adam", [0.001, 0.003])]
)
def test_a_lower_rate_that_learns_more_names_the_spec_s_own_too_high(kind: str, rates: list[float]) -> None:
    tried = {"trial": trial(0.003, share=0.2, middle=0.001)}
    at_start = findings_at_start(start({"optimizer": {"kind": kind, "lr": 0.01}}, step=tried))
    found = {one.id: one for one in at_start if one.severity in ALARMS}
    assert [*found] == ["lr_too_high"]
    assert [one.patch["optimizer"]["lr"] for one in found["lr_too_high"].patches[: len(rates)]] == rates
    assert "In trials of 100 steps" in found["lr_too_high"].because


@pytest.mark.parametrize("lr", [0.1, 0.001])
@pytest.mark.parametrize(
    "gain",
    [
        {"t": 1.5},  # by chance
        {"gain": 0.005},  # too little to care
        {"fit": 0.05},  # no better on learned examples
        {"fit": -0.5},  # it has memorized less: a cure for overfitting
    ],
)
def test_a_rate_that_is_hardly_better_says_nothing(lr: float, gain: dict[str, float]) -> None:
    assert alarms(trial(lr, **gain)) == {}


@pytest.mark.parametrize(("loss", "fires"), [(1.0, True), (2.29, False)])
def test_a_rate_is_not_too_high_if_nothing_learns_at_a_lower_one(loss: float, *, fires: bool) -> None:
    rates = (ProbedTrialRate(lr=0.001, loss=loss, accuracy=0.1, good=True),)  # a constant prediction has 2.3
    assert ("lr_too_high" in alarms(trial(0.001).model_copy(update={"rates": rates}))) == fires


@pytest.mark.parametrize(("accuracy", "severity"), [(0.8, "note"), (0.7, "warning")])
def test_a_linear_model_that_learns_well_gets_a_note(accuracy: float, severity: str) -> None:
    rates = (ProbedTrialRate(lr=0.01, loss=0.5, accuracy=accuracy, good=True),)
    curved = {"held_out": 800, "curvature": 0.3, "curvature_t": 6.0}
    tried = trial(0.01, t=0.0).model_copy(update={"rates": rates})
    found = findings_at_start(start({"layers": []}, data=curved, step={"trial": tried}))
    assert [(one.id, one.severity) for one in found] == [("linear_network", severity)]


@pytest.mark.parametrize(("accuracy", "severity"), [(0.99, "note"), (0.95, "warning")])
def test_labels_that_are_rare_are_predicted_well_only_beyond_their_rarity(accuracy: float, severity: str) -> None:
    rates = (ProbedTrialRate(lr=0.01, loss=0.5, accuracy=accuracy, good=True),)
    rare = {"held_out": 800, "curvature": 0.3, "curvature_t": 6.0, "class_shares": (0.05, 0.05, 0.05)}
    tried = trial(0.01, t=0.0).model_copy(update={"rates": rates})
    plan = {"task": "multi_label", "classes": ("a", "b", "c")}
    found = findings_at_start(start({"layers": []}, data=rare, step={"trial": tried}, plan=plan))
    assert [(one.id, one.severity) for one in found] == [("linear_network", severity)]


@pytest.mark.parametrize(("weights", "severity"), [("balanced", "note"), ("none", "warning")])
def test_balanced_weights_make_rare_classes_as_frequent_as_others(weights: str, severity: str) -> None:
    rates = (ProbedTrialRate(lr=0.01, loss=0.5, accuracy=0.9, good=True),)
    rare = {"held_out": 800, "curvature": 0.3, "curvature_t": 6.0, "class_shares": (0.05, 0.95)}
    tried = trial(0.01, t=0.0).model_copy(update={"rates": rates})
    plain = start({"dataset": "breast_cancer", "layers": []}, data=rare, step={"trial": tried})
    dataset = plain.spec.dataset.model_copy(update={"class_weights": weights})
    weighted = replace(plain, spec=plain.spec.model_copy(update={"dataset": dataset}))
    assert [one.severity for one in findings_at_start(weighted) if one.id == "linear_network"] == [severity]


@pytest.mark.parametrize(("weight", "severity"), [(19.0, "note"), (1.0, "warning")])
def test_named_weights_make_classes_as_frequent_as_they_weigh(weight: float, severity: str) -> None:
    rates = (ProbedTrialRate(lr=0.01, loss=0.5, accuracy=0.9, good=True),)
    rare = {"held_out": 800, "curvature": 0.3, "curvature_t": 6.0, "class_shares": (0.05, 0.95)}
    tried = trial(0.01, t=0.0).model_copy(update={"rates": rates})
    plain = start({"dataset": "breast_cancer", "layers": []}, data=rare, step={"trial": tried})
    named = {plain.data.classes[0]: weight}  # 19 · 0.05 = 0.95
    dataset = plain.spec.dataset.model_copy(update={"class_weights": named})
    weighted = replace(plain, spec=plain.spec.model_copy(update={"dataset": dataset}))
    assert [one.severity for one in findings_at_start(weighted) if one.id == "linear_network"] == [severity]


@pytest.mark.parametrize("lr", [0.02, 0.006])
def test_neighbouring_rates_say_nothing(lr: float) -> None:
    assert alarms(trial(lr)) == {}


@pytest.mark.parametrize(
    ("share", "lr", "fires"),
    [(1.0, 0.1, True), (0.95, 0.1, True), (0.5, 0.1, False), (0.5, 0.5, True), (0.1, 1.0, False)],
)
def test_a_higher_rate_must_go_further_than_the_rest_of_the_run(share: float, lr: float, *, fires: bool) -> None:
    assert ("lr_too_low" in alarms(trial(lr, share=share))) == fires  # 0.5 · 0.5 = 25 times 0.01


@pytest.mark.parametrize(("own", "fires"), [(0.05, True), (0.01, False)])
def test_what_is_known_by_heart_needs_no_longer_steps(own: float, *, fires: bool) -> None:
    assert ("lr_too_low" in alarms(trial(0.1, own=own))) == fires  # of a loss of 2.3, what a constant prediction has


def test_a_first_step_that_is_too_long_does_not_matter_if_a_higher_rate_learns_more() -> None:
    schedule = {"kind": "inverse_time", "decay": 200}
    found = findings_at_start(
        start(
            {"optimizer": {"kind": "momentum", "lr": 0.01}, "schedule": schedule},
            step={"trial": trial(0.3), "sustained_rho": -0.2},
            data={"effective_steps": 10},
        )
    )
    assert [one.id for one in found if one.severity in ALARMS] == ["schedule_ends_early", "lr_too_low"]


def test_the_whole_run_at_no_better_rate_vouches_for_a_first_step_that_is_short() -> None:
    rates = (ProbedTrialRate(lr=0.01, loss=0.5, accuracy=0.9, good=True),)
    short = {"rate": {"decrease": 1.0, "rho": 0.99}, "step": {"recommended": 1.0}}
    sgd = {"optimizer": {"kind": "sgd", "lr": 0.01}}
    for t, fires in ((0.5, False), (1.5, True)):
        tried = trial(0.03, gain=0.001, t=t).model_copy(update={"rates": rates})
        found = findings_at_start(start(sgd, rate=short["rate"], step={**short["step"], "trial": tried}))
        assert ("lr_too_low" in {one.id for one in found}) == fires


def test_a_rate_of_the_first_step_is_not_above_those_that_did_well_in_a_part_of_the_run() -> None:
    sgd = {"optimizer": {"kind": "sgd", "lr": 0.01}}
    tried = trial(0.5, share=0.5, middle=0.2)
    found = findings_at_start(
        start(sgd, rate={"decrease": 1.0, "rho": 0.99}, step={"recommended": 0.9, "trial": tried})
    )
    (low,) = (one for one in found if one.id == "lr_too_low")
    assert low.patches[0].patch["optimizer"]["lr"] == 0.2


@pytest.mark.parametrize(
    ("lr", "own", "fires"),
    [(0.02, 0.5, False), (0.02, 2.0, True), (0.005, 0.5, True)],  # it learns; it does not; a lower rate is best
)
def test_a_long_first_step_does_not_matter_if_a_part_of_the_run_learns(lr: float, own: float, *, fires: bool) -> None:
    tried = trial(lr, share=0.1, gain=0.001, own=own)
    assert ("lr_too_high" in alarms(tried, step={"sustained_rho": -0.9})) == fires


def test_a_rate_that_two_rules_suggest_is_one_patch() -> None:
    sgd = {"optimizer": {"kind": "sgd", "lr": 0.01}}
    tried = trial(0.2, share=1.0, middle=0.2)
    (low,) = (
        one
        for one in findings_at_start(
            start(sgd, rate={"decrease": 1.0, "rho": 0.99}, step={"recommended": 0.9, "trial": tried})
        )
        if one.id == "lr_too_low"
    )
    assert [one.patch["optimizer"] for one in low.patches] == [
        {"kind": "sgd", "lr": 0.2},
        {"kind": "adam", "lr": 0.001},
    ]


def test_a_layer_that_is_too_narrow_is_not_blamed_on_the_rate() -> None:
    adam = {"optimizer": {"kind": "adam", "lr": 0.01}}
    found = findings_at_start(start({**adam, "layers": [2]}, step={"trial": trial(0.1)}))
    assert "lr_too_low" not in {finding.id for finding in found}


def test_regression_needs_a_share_of_the_loss() -> None:
    plan = {"task": "regression", "classes": ()}
    assert "lr_too_low" in alarms(trial(0.1, gain=0.06), plan=plan)
    assert alarms(trial(0.1, gain=0.04), plan=plan) == {}


@pytest.mark.parametrize(
    ("name", "fields", "data"),
    [
        ("warmup_too_long", {"schedule": {"kind": "constant", "warmup": 12}, "epochs": 20}, {}),
        ("schedule_ends_early", {"schedule": {"kind": "exponential", "factor": 0.5}}, {"effective_steps": 1700}),
        ("clipping_too_strong", {"clip_norm": 0.25, "optimizer": {"kind": "sgd", "lr": 0.01}}, {}),
    ],
)
def test_what_shortens_the_steps_is_the_cause_of_a_rate_that_is_too_low(
    name: str, fields: dict[str, Any], data: dict[str, Any]
) -> None:
    for tried, expected in ((trial(0.1), [name, "lr_too_low"]), (trial(0.01, gain=0), [])):
        found = findings_at_start(
            start({"optimizer": {"kind": "sgd", "lr": 0.01}, **fields}, step={"trial": tried}, data=data)
        )
        assert [finding.id for finding in found if finding.severity in ALARMS] == expected


def test_a_lower_rate_that_makes_less_of_a_penalty_does_not_blame_the_rate() -> None:
    pulled = alarms(trial(0.001), step={"penalty_gradient_norm": 5.0})
    assert [*pulled] == ["penalty_too_strong"]


def test_less_than_fifty_steps_are_too_few_and_not_too_short() -> None:
    assert [*alarms(trial(0.1), data={"steps": 40})] == ["too_few_steps"]
    assert alarms(trial(0.012), data={"steps": 40}) == {}


@pytest.mark.parametrize(
    ("optimizer", "first"),
    [
        ({"kind": "adam", "lr": 0.1, "beta2": 0.2}, {"kind": "adam", "lr": 0.001, "beta2": 0.999}),
        ({"kind": "adamw", "lr": 0.1, "beta2": 0.5}, {"kind": "adamw", "lr": 0.001, "beta2": 0.999}),
        ({"kind": "rmsprop", "lr": 0.1, "rho": 0.1}, {"kind": "rmsprop", "lr": 0.001, "rho": 0.9}),
        ({"kind": "adam", "lr": 0.1, "beta2": 0.9}, {"kind": "adam", "lr": 0.02}),
    ],
)
def test_an_optimizer_that_forgets_at_once_gets_its_memory_back(
    optimizer: dict[str, Any], first: dict[str, Any]
) -> None:
    found = findings_at_start(start({"optimizer": optimizer}, step={"trial": trial(0.02)}))
    (finding,) = (finding for finding in found if finding.id == "lr_too_high")
    assert finding.patches[0].patch["optimizer"] == first


def test_a_few_examples_with_nearly_all_of_the_loss_do_not_make_a_rate_sound() -> None:
    rates = (ProbedTrialRate(lr=0.003, loss=0.5, accuracy=None, good=True),)
    tried = trial(0.003, gain=0.99, t=0.9).model_copy(update={"rates": rates})
    assert "lr_too_high" in alarms(
        tried, step={"sustained_rho": -0.9}, plan={"task": "regression", "classes": ()}, data={"prior": 1.0}
    )


@pytest.mark.parametrize(
    ("t", "share", "loss", "fires"),
    [(0.5, 1.0, 0.5, False), (2.0, 1.0, 0.5, True), (0.5, 0.5, 0.5, True), (0, 1, 2, True)],
)
def test_a_long_first_step_does_not_matter_if_no_rate_is_better(
    t: float, share: float, loss: float, *, fires: bool
) -> None:
    rates = tuple(ProbedTrialRate(lr=lr, loss=loss, accuracy=None, good=True) for lr in (0.003, 0.01))
    tried = trial(0.003, gain=0.001, t=t, share=share).model_copy(update={"rates": rates})
    found = alarms(tried, step={"sustained_rho": -0.9})  # of a loss of 2.3, what a constant prediction has
    assert ("lr_too_high" in found) == fires


@pytest.mark.parametrize(
    ("lr", "share", "loss", "fires"),
    [(0.02, 1.0, 2.0, False), (0.04, 1.0, 2.0, True), (0.02, 0.5, 2.0, True), (0.02, 1.0, 2.29, True)],
)
def test_steps_that_lower_the_loss_little_do_not_matter_if_the_best_rate_is_near(
    lr: float, share: float, loss: float, *, fires: bool
) -> None:
    """If the loss at the start is 2.3, a network that learns little has a loss of 2, and one that learns nothing has
    2.29."""
    rates = tuple(ProbedTrialRate(lr=one, loss=loss, accuracy=0.3, good=True) for one in (0.01, lr))
    tried = trial(lr, gain=0.02, t=1.8, fit=0.08, share=share).model_copy(update={"rates": rates})
    plain = {"optimizer": {"kind": "sgd", "lr": 0.01}}
    at_start = findings_at_start(start(plain, step={"trial": tried, "recommended": 0.5}, rate={"decrease": 5.0}))
    assert ("lr_too_low" in [one.id for one in at_start if one.severity in ALARMS]) == fires
