"""Which columns a network uses, computed for a network that was trained on a stored table."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gradus.errors import Conflict, TooLarge
from gradus.wire.importance import ImportanceReport
from hub.questions.question import ImportanceQuestion, TrainedNetwork, digest_of
from tests.unit.worker.answers import ask, trained
from tests.unit.worker.test_evaluation_answers import COLUMNS, SPLIT, metrics, report
from worker.answering import importance_effort as effort
from worker.answering.importance import importance
from worker.answering.network import Restored
from worker.training.data import Split

ROLES = {"a": "ignore", "b": "ignore"}
LEARNS = {"epochs": 30, "optimizer": "adam"}


def judged(folder: Path, network: TrainedNetwork, **words: Any) -> ImportanceReport:
    asked = {"network": network, "split": "test", "repeats": 5, **words}
    question = ImportanceQuestion.model_validate(asked)
    return importance(ask(folder, question), question)


def worse_by(found: ImportanceReport, metric: int = 0) -> dict[str, float]:
    return {"+".join(one.columns): one.effects[metric].worse_by for one in found.columns}


def test_the_column_that_gives_the_class_is_the_first(tmp_path: Path) -> None:
    roles = {**ROLES, "w": "weight"}
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), LEARNS, columns=roles, split=SPLIT)
    found = judged(tmp_path, network, together=("x", "z"))
    assert (found.n, found.of, found.repeats, found.weighted) == (100, 100, 5, True)
    assert {one.columns: one.inputs for one in found.columns} == {("x",): 1, ("z",): 1, ("city",): 4, ("x", "z"): 2}
    first = found.columns[0]
    assert first.columns == ("x", "z")
    assert first.effects[0].helps
    told = metrics(report(tmp_path, network))
    for one, effect in zip(found.metrics, first.effects, strict=True):
        assert one.value == pytest.approx(told[one.name], rel=1e-12)
        assert effect.metric == one.name
        sign = 1 if one.name == "log_loss" else -1
        assert effect.shuffled == pytest.approx(one.value + sign * effect.worse_by)
        assert effect.ci95[0] < effect.worse_by < effect.ci95[1]
    alone = judged(tmp_path, network)
    assert worse_by(alone) == {name: one for name, one in worse_by(found).items() if name != "x+z"}
    assert judged(tmp_path, network) == alone


def test_numbers_and_labels_are_judged_too(tmp_path: Path) -> None:
    for target, classes, measured in (("z", (), ["r2"]), (["a", "b"], ("a", "b"), ["log_loss", "accuracy"])):
        ignored = {name: "ignore" for name in ("w", "y", "z", "a", "b") if name not in target}
        folder = tmp_path / "".join(target)
        network, _ = trained(folder, COLUMNS, classes, LEARNS, target=target, columns=ignored, split=SPLIT)
        found = judged(folder, network)
        assert [one.name for one in found.metrics] == measured
        told = metrics(report(folder, network))
        names = {one.name: one.name for one in found.metrics}
        assert {one.name: one.value for one in found.metrics} == pytest.approx(
            {name: told[key] for name, key in names.items()}
        )
        assert [one.columns for one in found.columns] == [("x",), ("city",)]
        assert found.columns[0].effects[0].helps


def test_several_networks_are_told_by_their_mean(tmp_path: Path) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns={**ROLES, "w": "ignore"}, split=SPLIT)
    other = network.model_copy(update={"experiment_id": "exp_2", "spec": network.spec.model_copy(update={"seed": 7})})
    alone, both = judged(tmp_path, network), judged(tmp_path, network, others=(other,))
    assert [(one.experiment, one.seed) for one in both.networks] == [("exp_1", 0), ("exp_2", 7)]
    assert (worse_by(both), both.metrics) == (worse_by(alone), alone.metrics)  # the weights are the same
    assert both.columns == alone.columns
    asked = ImportanceQuestion(network=network, others=(other,), split="test", repeats=5)
    moved = other.model_copy(update={"table": None})
    assert digest_of(asked) == digest_of(asked.model_copy(update={"others": (moved,)}))
    assert digest_of(asked) != digest_of(asked.model_copy(update={"others": ()}))


def test_some_examples_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns={**ROLES, "w": "ignore"}, split=SPLIT)
    monkeypatch.setattr(effort, "MOST_EXAMPLES", 50)
    seen: list[int] = []
    outputs = Restored.outputs

    def counted(one: Restored, split: Split) -> Any:
        seen.append(len(split))
        return outputs(one, split)

    monkeypatch.setattr(Restored, "outputs", counted)
    monkeypatch.setattr(effort, "USEFUL_EXAMPLES", 50)
    found = judged(tmp_path, network, split="train")
    assert (found.n, found.of) == (50, 199)
    assert (len(seen), set(seen)) == (16, {50}), "the others are not predicted"
    monkeypatch.setattr(effort, "LIMIT", 1e6)
    with pytest.raises(TooLarge, match="16 passes of this network over 50 examples take too long"):
        judged(tmp_path, network)


def test_a_split_of_a_few_examples_is_refused(tmp_path: Path) -> None:
    split = {"kind": "random", "validation": 0.25, "test": 0.02}
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns={**ROLES, "w": "ignore"}, split=split)
    with pytest.raises(Conflict, match=r"the test split has 8 examples: to tell anything, .* takes 10 or more"):
        judged(tmp_path, network)


def test_targets_that_are_all_equal_are_refused(tmp_path: Path) -> None:
    parts = ["train", "validation", "test", "train"] * 100
    numbers = [1.5 if part == "test" else float(i % 7) for i, part in enumerate(parts)]
    values, split = {**COLUMNS, "z": numbers, "part": parts}, {"kind": "column", "column": "part"}
    ignored = dict.fromkeys(("w", "y", "a", "b"), "ignore")
    network, _ = trained(tmp_path, values, target="z", columns=ignored, split=split)
    with pytest.raises(Conflict, match="the targets of the test split are all equal"):
        judged(tmp_path, network)


def test_only_the_named_columns_are_shuffled(tmp_path: Path) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns={**ROLES, "w": "ignore"}, split=SPLIT)
    some, all_ = judged(tmp_path, network, columns=("city", "x"), together=("x", "z")), judged(tmp_path, network)
    assert set(worse_by(some)) == {"city", "x", "x+z"}
    known = worse_by(all_)
    assert all(one == known[name] for name, one in worse_by(some).items() if name != "x+z")


def test_outputs_that_are_not_finite_once_a_column_is_shuffled_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, _ = trained(tmp_path, COLUMNS, ("no", "yes"), columns={**ROLES, "w": "ignore"}, split=SPLIT)
    outputs = Restored.outputs
    calls: list[int] = []

    def overflowing(one: Restored, split: Split) -> Any:
        calls.append(len(split))
        return outputs(one, split) * (1 if len(calls) == 1 else np.inf)

    monkeypatch.setattr(Restored, "outputs", overflowing)
    with pytest.raises(Conflict, match="not finite once a column is shuffled"):
        judged(tmp_path, network)
