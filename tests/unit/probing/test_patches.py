"""Patches are probed: each removes its finding, causes no other alarm, and includes the learning rate that it needs."""

from dataclasses import replace
from typing import Any

import pytest

from gradus.fork import changed
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from gradus.wire.finding import Patch
from gradus.wire.probe import Probe, ProbedGain, ProbedTrial
from insight.findings.registry import findings_at_start
from insight.root_cause import ALARMS
from insight.start import Start
from tests.unit.insight.starts import start
from tests.unit.training.examples import made_up_data
from worker.probing.measure import measured
from worker.probing.patches import Prober
from worker.probing.probe import probe, verdict
from worker.probing.sample import multiplications
from worker.training.data import Data

SICK: dict[str, dict[str, Any]] = {
    "sigmoid layers": {"layers": [30] * 5, "activation": "sigmoid"},
    "tiny weights": {"layers": [30] * 5, "init": {"kind": "normal", "std": 0.01}},
    "large weights": {"layers": [30, 30], "init": {"kind": "normal", "std": 5}},
    "zeros": {"layers": [30, 30], "init": "zeros"},
    "far too long steps": {"layers": [30, 30], "optimizer": {"kind": "sgd", "lr": 100}},
    "far too short steps": {"layers": [30, 30], "optimizer": {"kind": "sgd", "lr": 1e-6}},
}
DATA = made_up_data(train=400)


@pytest.fixture(autouse=True)
def without_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the short trainings, which take most of the time. Tests that need one make up its result."""
    monkeypatch.setattr("worker.probing.trial.SECONDS", 0.0)


def probed(spec: Spec) -> Probe:
    return probe(ResolvedSpec(spec.written_out("classification"), DATA.plan), DATA, lambda _: DATA)


def spec_of(fields: dict[str, Any]) -> Spec:
    return Spec.model_validate(
        {"dataset": "wine", "optimizer": {"kind": "sgd", "lr": 0.05}, "batch_size": 20, "epochs": 100, **fields}
    )


@pytest.mark.parametrize("fields", SICK.values(), ids=SICK)
def test_every_patch_heals_its_finding_and_brings_no_other_alarm(fields: dict[str, Any]) -> None:
    spec = spec_of(fields)
    found = probed(spec)
    assert found.verdict != "ready"
    alarms = {finding.id for finding in found.findings if finding.severity in ALARMS}
    assert found.findings[0].patches
    for patch in found.findings[0].patches:
        after = probed(changed(spec.written_out("classification"), patch.patch))
        left = {finding.id for finding in after.findings if finding.severity in ALARMS}
        assert found.findings[0].id not in left
        assert left <= alarms
        assert patch.predicted


def test_a_patch_of_the_weights_has_the_learning_rate_that_they_need() -> None:
    found = probed(
        spec_of({"layers": [30, 30], "init": {"kind": "normal", "std": 5}, "optimizer": {"kind": "sgd", "lr": 20}})
    )
    first = found.findings[0]
    assert first.id == "initial_weights_too_large"
    assert first.patches[0].patch["optimizer"]["lr"] < 20


def test_patches_that_are_alike_once_they_have_their_rate_are_offered_once() -> None:
    fields = {"layers": [30, 30], "init": {"kind": "normal", "std": 5}, "optimizer": {"kind": "sgd", "lr": 20}}
    resolved = ResolvedSpec(spec_of(fields).written_out("classification"), DATA.plan)
    start = Start(resolved.spec, resolved.data, resolved.network, measured(resolved, DATA))
    first = findings_at_start(start)[0]
    (cured,) = Prober(start, DATA, lambda _: DATA).predicted((first,))
    bare, with_rate = first.patches[0], cured.patches[0]
    assert bare.patch != with_rate.patch
    asked = first.model_copy(update={"patches": (bare, with_rate.model_copy(update={"predicted": {}}))})
    (once,) = Prober(start, DATA, lambda _: DATA).predicted((asked,))
    assert [patch.patch for patch in once.patches] == [with_rate.patch]


@pytest.mark.parametrize("is_tried", [False, True])
def test_a_rate_that_did_well_in_a_trial_is_a_cure_whatever_its_first_step(is_tried: bool) -> None:
    resolved = ResolvedSpec(
        spec_of({"layers": [30, 30], "optimizer": {"kind": "sgd", "lr": 100}}).written_out("classification"), DATA.plan
    )
    found = measured(resolved, DATA)
    best = ProbedGain(lr=30, gain=0.2, t=9, fit=0.9)
    trial = ProbedTrial(steps=9, share=1, examples=400, middle=20, gain=best, rates=()) if is_tried else None
    tried = replace(found, step=found.step.model_copy(update={"trial": trial}))
    start = Start(resolved.spec, resolved.data, resolved.network, tried)
    predicted = Prober(start, DATA, lambda _: DATA).predicted(findings_at_start(start))
    assert predicted[0].id == "lr_too_high"
    rates = [patch.patch["optimizer"]["lr"] for patch in predicted[0].patches if "optimizer" in patch.patch]
    assert (rates[:3] == [24, 30, 20]) == is_tried


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        ({"kind": "sgd", "lr": 25}, True),
        ({"lr": 25}, True),
        ({"kind": "adam", "lr": 25}, False),
        ({"kind": "sgd", "lr": 25, "nesterov": True}, False),
        ({"kind": "sgd", "lr": 40}, False),
    ],
)
def test_a_trial_vouches_for_a_rate_of_its_own_optimizer_alone(optimizer: dict[str, Any], *, expected: bool) -> None:
    best = ProbedGain(lr=30, gain=0.2, t=9, fit=0.9)
    trial = ProbedTrial(steps=9, share=1, examples=400, middle=20, gain=best, rates=())
    tried = start({"optimizer": {"kind": "sgd", "lr": 100}}, step={"trial": trial})
    assert Prober(tried, DATA, lambda _: DATA)._is_tried({"optimizer": optimizer}) == expected


def test_a_patch_that_changes_nothing_is_left_out() -> None:
    spec = spec_of({"layers": [{"units": 30, "activation": "identity"}], "activation": "identity"})
    found = probed(spec)
    assert [finding.id for finding in found.findings] == ["linear_network"]
    assert [patch.patch["activation"] for patch in found.findings[0].patches] == ["relu"]


def test_a_patch_of_the_inputs_loads_them_again() -> None:
    large = Data(type(DATA.train)(DATA.train.inputs * 300, DATA.train.targets), DATA.validation, DATA.test, DATA.plan)
    loaded = []

    def load(dataset: Any) -> Data:
        loaded.append(dataset.standardize)
        return DATA

    resolved = ResolvedSpec(spec_of({"layers": [30]}).written_out("classification"), DATA.plan)
    found = probe(resolved, large, load)
    assert found.findings[0].id == "inputs_unscaled"
    assert found.findings[0].patches[0].patch == {"dataset": {"standardize": True}}
    assert set(loaded) == {True}


def test_a_healthy_network_is_ready_twice_the_same() -> None:
    spec = spec_of({"layers": [30, 30]})
    first, second = (probed(spec).model_copy(update={"seconds": 0}) for _ in range(2))
    assert first == second
    assert first.verdict == verdict(first.findings) == "ready"


OTHERS: tuple[dict[str, Any], ...] = ({"epochs": 101}, {"epochs": -1})


def test_patches_beyond_the_budget_are_left_as_they_are() -> None:
    spec = spec_of(SICK["zeros"]).written_out("classification")
    resolved = ResolvedSpec(spec, DATA.plan)
    start = Start(resolved.spec, resolved.data, resolved.network, measured(resolved, DATA))
    found = findings_at_start(start)
    (patch,) = found[0].patches
    longer, misfit = (patch.model_copy(update={"patch": {**patch.patch, **other}}) for other in OTHERS)
    asked = found[0].model_copy(update={"patches": (patch, longer, misfit)})

    def patches(budget: float) -> list[tuple[Patch, bool]]:
        (answered,) = Prober(start, DATA, lambda _: DATA, budget).predicted((asked,))
        return [(one.model_copy(update={"predicted": {}}), bool(one.predicted)) for one in answered.patches]

    assert patches(0) == [(patch, False), (longer, False)]
    assert patches(1.5 * multiplications(resolved, DATA)) == [(patch, True), (longer, False)]
