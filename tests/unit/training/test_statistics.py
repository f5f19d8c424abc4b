"""What statistics of layers do not change, and which runs have them."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.statistics import StatisticsLevel
from gradus.wire.layer_report import MeasuredLayers
from tests.unit.training.examples import CPU, made_up_data
from tests.unit.training.images import NETWORKS, made_up_images
from worker.training.report import EpochReport, MemberEpoch
from worker.training.train import Training, train

BASE: dict[str, Any] = {"dataset": "wine", "layers": [7, 5], "batch_size": 12, "epochs": 3}
NOISY: dict[str, Any] = {"batch_norm": True, "dropout": 0.3, "input_dropout": 0.1, "clip_norm": 0.2, "l1": 1e-3}


def _trained(training: Training) -> list[MemberEpoch]:
    return [row for report in training if isinstance(report, EpochReport) for row in report.members if row]


def _measured(row: MemberEpoch) -> MeasuredLayers:
    assert row.measured is not None
    return row.measured


def _without(row: MemberEpoch) -> MemberEpoch:
    return replace(row, measured=None)


@pytest.mark.parametrize(
    ("changes", "data"),
    [
        (NOISY, made_up_data()),
        ({**NOISY, "optimizer": "momentum", "batch_size": 1}, made_up_data()),
        ({**NOISY, **NETWORKS["residual with projection"]}, made_up_images(dtype=torch.float32)),
        ({"precision": "bfloat16", "activation": "gelu"}, made_up_data()),
    ],
    ids=["dense", "stochastic", "images", "bfloat16"],
)
def test_training_has_the_same_bits_with_and_without_statistics(changes: dict[str, Any], data: Any) -> None:
    levels: tuple[StatisticsLevel, ...] = ("off", "default", "full")
    runs = {
        level: train([Spec(**{**BASE, **changes, "statistics": level, "seed": seed}) for seed in (0, 1)], data, CPU)
        for level in levels
    }
    rows = {level: _trained(run) for level, run in runs.items()}
    for level in ("default", "full"):
        assert list(map(_without, rows[level])) == rows["off"]
        for k in range(2):
            ours, theirs = runs[level].weights(k), runs["off"].weights(k)
            assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())
    assert all(row.measured is None for row in rows["off"])
    full, default = ([row.measured for row in rows[level] if row.measured is not None] for level in ("full", "default"))
    assert all(one.histograms is None for one in default)
    assert [one.report for one in full] == [one.report for one in default] != []


def test_each_member_of_an_array_has_its_own_statistics() -> None:
    specs = [
        Spec(**BASE, seed=0, optimizer={"kind": "sgd", "lr": 0.1}),
        Spec(**BASE, seed=1, optimizer={"kind": "sgd", "lr": 0.2}, statistics="off"),
        Spec(**BASE, seed=2, optimizer={"kind": "sgd", "lr": 0.3}, statistics="full"),
    ]
    together = _trained(train(specs, made_up_data(), CPU, dtype=torch.float64))
    assert together[1].measured is None
    assert (_measured(together[0]).histograms is None, _measured(together[2]).histograms is None) == (True, False)
    alone = _trained(train(specs[2:], made_up_data(), CPU, dtype=torch.float64))
    for ours, own in zip(together[2::3], alone, strict=True):
        if ours.measured is None and own.measured is None:
            continue  # in short epochs
        report, same_report = _measured(ours).report, _measured(own).report
        for layer, same in zip(report.layers, same_report.layers, strict=True):
            assert layer.gradient_norm == pytest.approx(same.gradient_norm, rel=1e-9)
            assert layer.update_ratio == pytest.approx(same.update_ratio, rel=1e-9)
            assert layer.share == pytest.approx(same.share, rel=1e-9)
        if ours.epoch > 1:
            assert report.validation_t == pytest.approx(same_report.validation_t, rel=1e-6)


def test_histograms_are_of_activations_gradients_and_weights() -> None:
    *_, last = _trained(train([Spec(**BASE, statistics="full")], made_up_data(), CPU))
    found = _measured(last).histograms
    assert found is not None
    assert [one.name for one in found] == ["layers/0", "layers/1", "output"]
    for layer, units, fan_in in zip(found, (7, 5, 3), (13, 7, 5), strict=True):
        counted = {key: sum(bins.counts) for key, bins in layer if hasattr(bins, "counts")}
        batch, examples = 12, 40
        weights = units * fan_in
        assert counted == {
            "activations": units * examples,
            "deltas": units * batch,
            "weights": weights,
            "gradients": weights,
        }


def test_a_network_that_diverges_has_numbers_that_are_not_finite() -> None:
    spec = Spec(**{**BASE, "activation": "identity", "optimizer": {"kind": "sgd", "lr": 1e6}})
    *_, last = _trained(train([spec], made_up_data(), CPU))
    assert "NaN" in _measured(last).report.model_dump_json()


def test_of_many_short_epochs_some_are_measured_and_the_last() -> None:
    rows = _trained(train([Spec(**{**BASE, "epochs": 70})], made_up_data(), CPU))
    assert [row.epoch for row in rows if row.measured is not None] == [1, 64, 70]
