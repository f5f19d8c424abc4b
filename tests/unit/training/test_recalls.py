"""The recall of each class: the share of its examples that a network recognizes."""

from dataclasses import replace
from math import isnan

import pytest
from torch import Tensor

from gradus.spec.experiment import Spec
from tests.unit.training.examples import CPU, made_up_data
from worker.training import recalls as module
from worker.training.data import Split
from worker.training.engine import Engine
from worker.training.evaluation import outputs
from worker.training.report import EpochReport
from worker.training.train import train


def test_recalls_of_a_member_are_the_parts_of_its_accuracy() -> None:
    data = made_up_data(train=200)
    training = train([Spec(dataset="wine", layers=[8], epochs=5, seed=seed) for seed in (0, 1)], data, CPU)
    *_, last = (report for report in training if isinstance(report, EpochReport))
    counts = data.validation.targets.bincount(minlength=3).tolist()
    for k, member in enumerate(last.members):
        assert member is not None
        right = sum(share * count for share, count in zip(training.recalls(k), counts, strict=True) if count)
        assert right == pytest.approx((member.validation_accuracy or 0.0) * len(data.validation))


def test_members_that_end_together_are_evaluated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    adam = {"kind": "adam", "lr": 0.05}
    specs = [Spec(dataset="wine", layers=[8], epochs=2, optimizer=adam, seed=seed) for seed in (0, 1)]
    training = train(specs, made_up_data(), CPU)
    passes: list[int] = []

    def counted(engine: Engine, split: Split) -> Tensor:
        passes.append(len(split))
        return outputs(engine, split)

    monkeypatch.setattr(module, "outputs", counted)
    reports = (report for report in training if isinstance(report, EpochReport))
    next(reports)
    first = [training.recalls(k) for k in (0, 1)]
    assert len(passes) == 1
    next(reports)
    assert [training.recalls(k) for k in (0, 1)] != first
    assert len(passes) == 2


def test_a_class_without_examples_has_no_recall() -> None:
    data = made_up_data()
    one = data.validation.targets != 2
    validation = replace(data.validation, inputs=data.validation.inputs[one], targets=data.validation.targets[one])
    training = train([Spec(dataset="wine", layers=[4], epochs=1)], replace(data, validation=validation), CPU)
    assert list(map(isnan, training.recalls(0))) == [False, False, True]
