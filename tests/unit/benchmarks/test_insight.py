"""The arithmetic of the bench of findings, and its specs."""

from dataclasses import replace
from math import inf, nan

import pytest
import torch

from benchmarks.insight import cases, labels, wilson
from benchmarks.insight.bisection import Scale, between, mildest, stronger
from benchmarks.insight.cases import HALVES, Half
from benchmarks.insight.catalogue import patches
from benchmarks.insight.corrupt import corrupted
from benchmarks.insight.effect import Bar, Score, effect, fall_of_loss
from gradus.datasets import DATASETS
from gradus.resolved import resolve
from gradus.spec.experiment import Spec
from insight.findings.kind import FINDING_IDS
from tests.unit.training.examples import made_up_data


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(0, 40, 0.0, 0.0876), (40, 40, 0.9124, 1.0), (8, 10, 0.4902, 0.9433), (0, 0, 0.0, 1.0)],  # scipy.stats.binomtest
)
def test_wilsons_interval(successes: int, n: int, low: float, high: float) -> None:
    assert wilson.interval(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_the_effect_is_that_of_the_paired_t_test() -> None:
    found = effect([90.0, 91.0, 92.0, 90.5, 91.5], [92.0, 92.5, 93.0, 93.0, 93.0])
    assert (found.gain, found.d) == pytest.approx((1.7, 1.7 / 0.325**0.5))  # gaps 2, 1.5, 1, 2.5, 1.5
    assert found.p == pytest.approx(0.0026285451, rel=1e-6)  # scipy.stats.ttest_rel


@pytest.mark.parametrize(("gap", "expected"), [(0.0, (0.0, 1.0, 0.0)), (2.0, (2.0, 0.0, inf))])
def test_differences_without_spread_are_sure_or_nothing(gap: float, expected: tuple[float, float, float]) -> None:
    found = effect([1.0, 2.0, 3.0], [1.0 + gap, 2.0 + gap, 3.0 + gap])
    assert (found.gain, found.p, found.d) == expected


def _scores(points: list[float], losses: list[float]) -> list[Score]:
    return [Score(one, loss, one) for one, loss in zip(points, losses, strict=True)]


def test_a_spec_is_better_by_a_point_or_by_a_twentieth_of_the_loss() -> None:
    before, points, loss = _scores([90, 91, 90], [0.4, 0.41, 0.39]), Bar("points", 2000), Bar("loss", 2000)
    assert points.is_better(before, _scores([91.5, 92.6, 91.4], [0.4, 0.41, 0.39]))
    assert points.is_worse(before, _scores([88.5, 89.4, 88.4], [0.4, 0.41, 0.39]))
    assert loss.is_better(before, _scores([90, 91, 90], [0.36, 0.37, 0.35]))
    assert not points.is_better(before, _scores([90.5, 91.5, 90.5], [0.2, 0.2, 0.2]))  # half a point
    assert not loss.is_better(before, _scores([99, 99, 99], [0.39, 0.4, 0.38]))  # 2.5 %
    assert not points.is_better(before, _scores([97, 87, 92], [0.2, 0.8, 0.4]))  # by chance


def test_one_example_of_a_small_test_split_is_no_gain() -> None:
    before = _scores([94.29] * 5, [0.2] * 5)
    assert not Bar("points", 35).is_better(before, _scores([97.14] * 5, [0.2] * 5))  # 33 and 34 of 35
    assert Bar("points", 35).is_better(before, _scores([100.0] * 5, [0.2] * 5))


def test_a_loss_that_is_no_number_is_the_worst() -> None:
    fall = fall_of_loss(_scores([10, 10], [nan, inf]), _scores([90, 90], [0.3, 0.4]))
    assert fall.gain == pytest.approx(0.999)
    assert fall_of_loss(_scores([10, 10], [nan, nan]), _scores([10, 10], [nan, nan])).gain == 0


@pytest.mark.parametrize(
    ("healthy", "worst", "scale", "threshold", "expected"),
    [
        (0.1, 10.0, "log", 1.0, 1.0),  # halves: 1, then 0.316, 0.562, 0.75 and 0.866 are healthy
        (0.1, 1e-5, "log", 1e-3, 1e-3),
        (0.0, 0.99, "keep", 0.9, 0.9),  # half of two decades of 1 - x
        (1, 9, "integer", 4, 4),
    ],
)
def test_bisection_finds_the_mildest_strength(
    healthy: float, worst: float, scale: Scale, threshold: float, expected: float
) -> None:
    def is_sick(strength: float) -> bool:
        return strength >= threshold * 0.9999 if worst > healthy else strength <= threshold * 1.0001

    assert mildest(is_sick, healthy, worst, scale, 4) == pytest.approx(expected)


def test_bisection_of_what_is_never_sick_finds_nothing() -> None:
    assert mildest(lambda _: False, 1, 10, "log", 5) is None


def test_half_way_and_twice_as_far_are_on_the_same_scale() -> None:
    assert between(1, 100, "log") == pytest.approx(10)
    assert between(0, 0.96, "keep") == pytest.approx(0.8)
    assert stronger(0.01, 2, 0.1, "log") == pytest.approx(0.005)
    assert stronger(0.8, 2, 0.1, "keep") == pytest.approx(0.9)
    assert stronger(3, 2, 1, "integer") == 6


@pytest.mark.parametrize("half", HALVES)
def test_the_specs_of_a_half_are_valid_and_name_known_findings(half: Half) -> None:
    found = cases.read(half)
    assert len({case.name for case in found}) == len(found)
    assert {name for case in found for name in case.accept} <= {*FINDING_IDS}
    for case in found:
        assert bool(case.accept) == case.is_sick, case.name
        for source in (case.source, case.reference or case.source):
            spec = Spec.model_validate(dict(source.spec))
            if source.table is None:
                resolve(spec, DATASETS[spec.dataset.name])


def test_the_halves_have_forty_sick_and_forty_healthy_specs_and_no_data_set_in_common() -> None:
    both = [cases.read(half) for half in ("calibration", "held_out")]
    sick = sum(len(cases.MULTIPLES) if case.vary else 1 for half in both for case in half if case.is_sick)
    assert sick >= 80
    assert sum(not case.is_sick for half in both for case in half) >= 60
    first, second = ({case.source.table or case.source.spec["dataset"]["name"] for case in half} for half in both)
    assert not first & second


@pytest.mark.parametrize(
    ("half", "least", "healthy"),
    [("second_held_out", 45, 35), ("third_held_out", 80, 45), ("fourth_held_out", 80, 90)],
    ids=("second", "third", "fourth"),
)
def test_a_held_out_half_is_half_just_sick_and_shows_every_kind_of_data(half: Half, least: int, healthy: int) -> None:
    found = cases.read(half)
    plain = sum(case.is_sick and case.vary is None for case in found)
    just_sick = sum(case.vary is not None for case in found)
    assert plain >= least
    assert len(cases.MULTIPLES) * just_sick >= plain
    assert sum(not case.is_sick for case in found) >= healthy
    for data in ("penguins", "adult", "titanic", "german", "california", "taxi_fares", "mnist", "wine"):
        kinds = {case.is_sick for case in found if data == (case.source.table or case.source.spec["dataset"]["name"])}
        assert kinds, data


@pytest.mark.parametrize("half", HALVES)
def test_every_label_is_of_a_spec_of_its_half(half: Half) -> None:
    names = {case.name for case in cases.read(half)}
    for label in labels.labels(half).values():
        name, _, times = label.name.rpartition(" x")
        assert label.name in names or (name in names and times in ("1", "2")), label.name


@pytest.mark.parametrize(
    ("half", "sick", "just_sick", "healthy"),
    [("third_held_out", 80, 60, 45), ("fourth_held_out", 150, 80, 90)],
    ids=("third", "fourth"),
)
def test_training_has_confirmed_every_spec_of_a_late_half(half: Half, sick: int, just_sick: int, healthy: int) -> None:
    found = [(case, label.label) for case, label in labels.labelled(half)]
    assert all(label == ("sick" if case.is_sick else "healthy") for case, label in found)
    assert {case.name.removesuffix(" x1").removesuffix(" x2") for case, _ in found} == {
        case.name for case in cases.read(half)
    }
    assert sum(case.is_sick for case, _ in found) >= sick
    assert sum(case.multiple is not None for case, _ in found) >= just_sick
    assert sum(not case.is_sick for case, _ in found) >= healthy


def test_many_specs_of_the_fourth_half_are_of_images() -> None:
    found = [
        case.is_sick
        for case, _ in labels.labelled("fourth_held_out")
        if (case.source.table or case.source.spec["dataset"]["name"]) in ("digits", "mnist", "fashion_mnist", "cifar10")
    ]
    assert found.count(True) >= 80
    assert found.count(False) >= 35


def test_wider_layers_keep_their_kind() -> None:
    layers = [
        {"kind": "conv", "channels": 3},
        "max_pool",
        {"kind": "residual", "layers": [{"kind": "conv", "channels": 5}]},
    ]
    resolved = resolve(Spec.model_validate({"dataset": "mnist", "layers": [*layers, 7]}), DATASETS["mnist"])
    wider = resolved.spec.model_validate({**resolved.spec.document(), **dict(patches(resolved))["widths*4"]})
    conv, pool, residual, dense = wider.document()["layers"]
    assert (conv["kind"], conv["channels"], pool["kind"], dense["units"]) == ("conv", 12, "max_pool", 28)
    assert residual["layers"][0]["channels"] == 20


def test_a_strength_is_written_where_its_path_leads() -> None:
    source = cases.Source({"layers": [5], "optimizer": {"lr": 1.0}}, {"kind": "label_noise", "p": 0.1})
    assert cases.Vary("optimizer.lr", 1, 2).at(source, 0.5).spec["optimizer"] == {"lr": 0.5}
    assert cases.Vary("layers", 1, 9, "integer").at(source, 3).spec["layers"] == [5, 5, 5]
    assert cases.Vary("corrupt.p", 0, 1).at(source, 0.3).corrupt == {"kind": "label_noise", "p": 0.3}


def test_corrupted_labels_leave_the_test_split_as_it_is() -> None:
    data = made_up_data(train=4000)
    noisy = corrupted(data, {"kind": "label_noise", "p": 0.25})
    changed = (noisy.train.targets != data.train.targets).double().mean()
    assert float(changed) == pytest.approx(0.25, abs=0.03)
    assert torch.equal(noisy.test.targets, data.test.targets)
    shuffled = corrupted(data, {"kind": "labels_shuffled"}).train.targets
    assert torch.equal(shuffled.bincount(), data.train.targets.bincount())
    assert not torch.equal(shuffled, data.train.targets)


def test_rare_classes_keep_a_fraction_of_their_examples() -> None:
    data = made_up_data(train=400)
    before, after = data.train.targets.bincount(), corrupted(data, {"kind": "rare_classes", "labels": [1], "keep": 0.1})
    assert after.train.targets.bincount().tolist() == [int(before[0]), round(0.1 * int(before[1])), int(before[2])]
    assert after.plan.train_examples == len(after.train)


def test_the_weights_of_balanced_classes_are_those_of_the_examples_that_are_left() -> None:
    data = made_up_data(train=400)
    weighted = replace(data, train=replace(data.train, weights=torch.ones(len(data.train))))
    train = corrupted(weighted, {"kind": "rare_classes", "labels": [1], "keep": 0.1}).train
    assert train.weights is not None
    shares = [float(train.weights[train.targets == label].sum()) / len(train) for label in range(3)]
    assert shares == pytest.approx([1 / 3] * 3)


def test_standardizing_undoes_another_unit_of_one_input() -> None:
    corrupt = {"kind": "input_times", "input": 3, "factor": 2000}
    source = cases.Source({"dataset": {"name": "wine"}}, corrupt)
    assert source.patched({"dataset": {"standardize": True}}).corrupt == {}
    assert source.patched({"dataset": {"numbers": "standard"}}).corrupt == {}
    assert source.patched({"optimizer": {"lr": 0.1}}).corrupt == corrupt
    known = cases.Source({"dataset": {"name": "wine", "standardize": True}}, corrupt)  # multiplied after that
    assert known.patched({"dataset": {"standardize": True}}).corrupt == corrupt
    shuffled = cases.Source({"dataset": {"name": "wine"}}, {"kind": "labels_shuffled"})
    assert shuffled.patched({"dataset": {"standardize": True}}).corrupt == shuffled.corrupt
