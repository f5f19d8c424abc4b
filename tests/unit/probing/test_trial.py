"""Short trainings at many learning rates, compared with training itself, and the interval of learning rates that
follows from them.
"""

from dataclasses import replace

import pytest
import torch

from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from tests.unit.training.examples import made_up_data, made_up_outputs
from worker.probing.first_step import first_step_at_all_rates
from worker.probing.good_rates import best_rate, gain, good_rates, middle, suggested
from worker.probing.measure import measured
from worker.probing.sample import sample
from worker.probing.trial import Own, Trial, rate, trial
from worker.training.data import Data
from worker.training.report import EpochReport
from worker.training.train import train

CPU = torch.device("cpu")
EXPONENTS = range(-6, 1)  # 0.001 to 1


def spec_of(data: Data, **fields: object) -> ResolvedSpec:
    spec = Spec.model_validate({"dataset": "wine", "layers": [8], "batch_size": 20, "epochs": 2, **fields})
    return ResolvedSpec(spec.written_out(data.task), data.plan)


def tried(one: ResolvedSpec, data: Data) -> Trial | None:
    chosen = sample(one, data)
    return trial(one, data, chosen, first_step_at_all_rates(one, data, chosen))


def test_a_trial_of_a_short_run_is_the_run() -> None:
    data = made_up_data(train=129)
    data = replace(data, validation=made_up_data(train=300, seed=1).train)
    one = spec_of(data, optimizer={"kind": "adam", "lr": 0.01}, schedule="cosine", dropout=0.2)
    found = tried(one, data)
    assert found is not None
    assert (found.steps, found.share) == (14, 1)
    *_, last = [report for report in train([one.spec], data, CPU) if isinstance(report, EpochReport)]
    row = last.members[0]
    assert row is not None
    assert found.hits is not None
    k = found.rates.index(0.01)
    assert float(found.losses[k].mean()) == pytest.approx(row.validation_loss, rel=1e-4)
    assert float(found.hits[k].mean()) == pytest.approx(row.validation_accuracy)
    assert found.own.hits is not None
    assert torch.allclose(found.own.losses, found.losses[k], rtol=1e-4)
    assert torch.equal(found.own.hits, found.hits[k])
    assert found.own.fit == pytest.approx(float(found.fits[k]), rel=1e-4)


@pytest.mark.parametrize("task", ["classification", "regression", "multi_label"])
def test_each_training_example_judges_once_if_validation_examples_are_few(task: str) -> None:
    data = made_up_data(train=129) if task == "classification" else made_up_outputs(task, train=129)  # type: ignore[arg-type]
    found = tried(spec_of(data, batch_norm=True), data)
    assert found is not None
    assert found.losses.shape == (11, 129)
    assert (found.hits is None) == (task == "regression")


def test_a_longer_run_is_compressed_into_the_steps_that_there_is_time_for(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made_up_data(train=129)
    monkeypatch.setattr("worker.probing.trial.SECONDS", 0.01)
    monkeypatch.setattr("worker.probing.trial.MOST", 20)
    found = tried(spec_of(data, epochs=1000, schedule="cosine"), data)
    assert found is not None
    assert 10 <= found.steps < 100
    assert found.share == found.steps / 7000
    assert found.losses.shape[1] == 20  # there is time for one part that is held out


def test_large_networks_are_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    data = made_up_data(train=129)
    monkeypatch.setattr("worker.probing.trial.SECONDS", 0.001)
    step = measured(spec_of(data, epochs=10), data, is_tried=True).step
    assert step.trial is None
    assert step == measured(spec_of(data, epochs=10), data).step


def planted(means: list[float], examples: int = 400, own: int = 0) -> Trial:
    """A made-up trial. Its losses have these means, with differences between examples. The learning rate with index
    `own` is the spec's."""
    draws = torch.randn(len(means), examples, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    spread = 0.3 * (draws - draws.mean(1, keepdim=True))
    losses = torch.tensor(means, dtype=torch.float64)[:, None] + spread
    return Trial(EXPONENTS, 10, 1.0, losses, None, losses.mean(1), Own(losses[own], None, means[own]))


@pytest.mark.parametrize(
    ("means", "best", "interval"),
    [
        ([3, 2, 1, 0.1, 1, 2, 3], 0.0316, (0.01, 0.1)),
        ([3, 2, 1, 0.11, 0.1, 2, 3], 0.1, (0.01, 0.316)),  # 0.01 is less than the error, 0.02
        ([3, 0.11, 1, 0.1, 1, 2, 3], 0.0316, (0.001, 0.1)),  # across one that is worse
        ([0.11, 1, 1, 0.1, 1, 2, 3], 0.0316, (0.01, 0.1)),  # but not across two
        ([3, 2, 1, 1, 1, 0.4, 0.1], 1.0, (0.316, 3.16)),  # beyond those tried
        ([1, 1, 0.1, float("inf"), float("nan"), 2, 3], 0.01, (0.00316, 0.0316)),
    ],
)
def test_the_interval_holds_the_rates_that_are_as_good_and_their_neighbours(
    means: list[float], best: float, interval: tuple[float, float]
) -> None:
    found = planted(means)
    assert found.rates[best_rate(found)] == best
    assert suggested(found) == interval
    assert interval[0] < middle(found) < interval[1]


@pytest.mark.parametrize(("share", "low"), [(0.8, 0.01), (0.1, 0.00316), (0.01, 0.001)])
def test_runs_with_more_steps_than_the_trial_may_need_lower_rates(share: float, low: float) -> None:
    assert suggested(replace(planted([3, 2, 1, 0.1, 1, 2, 3]), share=share)) == (low, 0.1)


def test_fewer_examples_tell_fewer_rates_apart() -> None:
    means = [3, 2, 1, 0.15, 0.1, 1, 2]
    many, few = planted(means), planted(means, 20)
    assert (sum(good_rates(many)), sum(good_rates(few))) == (1, 2)  # 0.05, with errors of 0.02 and 0.1


def test_of_two_rates_with_equal_accuracy_the_surer_one_is_best() -> None:
    losses = torch.full((7, 10), 2.0, dtype=torch.float64)
    losses[4] = 0.1
    hits = torch.full((7, 10), 0.5, dtype=torch.float64)
    found = Trial(EXPONENTS, 10, 1.0, losses, hits, losses.mean(1), Own(losses[0], hits[0], 2.0))
    assert found.rates[best_rate(found)] == rate(-2) == 0.1


@pytest.mark.parametrize(
    ("own", "gained", "fit"),
    [(0, 0.95, 0.95), (1, 0.9, 0.9), (2, 0.0, 0.0), (5, 1 - 1e-7, 1 - 1e-7)],  # 1 - 0.1 / loss; infinity counts as 1e6
)
def test_the_best_rate_is_held_against_the_own_rate_of_the_spec(own: int, gained: float, fit: float) -> None:
    found = gain(planted([2, 1, 0.1, 1, 2, float("inf"), 2], own=own))
    assert [found.lr, found.gain, found.fit] == pytest.approx([0.01, gained, fit])
    assert found.t == 0 if own == 2 else found.t > 20


def test_a_gain_of_accuracy_is_that_of_the_examples_that_either_rate_misses() -> None:
    hits = torch.zeros(7, 10, dtype=torch.float64)
    hits[4, :6], hits[1, 4:8] = 1, 1
    losses = torch.ones(7, 10, dtype=torch.float64)
    found = gain(Trial(EXPONENTS, 10, 1.0, losses, hits, losses.mean(1), Own(losses[1], hits[1], 0.5)))
    assert [found.lr, found.gain, found.fit] == pytest.approx([0.1, 0.2, -1])  # 4 won, 2 lost, of 10
    assert found.t == pytest.approx(0.2 / (0.7888 / 10**0.5), rel=1e-3)  # the deviation of 4 times 1, -1 twice, 0


def test_the_answer_tells_of_the_trial_in_the_units_of_the_target() -> None:
    data = made_up_outputs("regression", 1, train=129)
    step, same = (measured(spec_of(data, loss="squared"), data, is_tried=True).step for _ in range(2))
    assert step == same
    assert step.trial is not None
    assert any(one.good for one in step.trial.rates)
    assert all(one.accuracy is None for one in step.trial.rates)
    assert step.suggested is not None
    assert step.suggested[0] < step.trial.middle < step.suggested[1]
