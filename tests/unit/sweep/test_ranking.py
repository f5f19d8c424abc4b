"""The order of results, if runs have failed, are not finished or are missing."""

from random import Random

import pytest

from gradus.sweep.objective import Objective
from gradus.sweep.ranking import ChangeOutcome, ranked

MORE = Objective(metric="validation_accuracy")
LESS = Objective(metric="validation_loss")


def order(*standings: ChangeOutcome, objective: Objective = MORE) -> list[int]:
    return [rank.number for rank in ranked(standings, objective)]


def test_a_rate_at_which_four_of_five_diverge_does_not_come_first() -> None:
    lucky = ChangeOutcome({3: 0.99}, failed=4)
    steady = ChangeOutcome({0: 0.90, 1: 0.91, 2: 0.89, 3: 0.92, 4: 0.90}, failed=0)
    assert order(lucky, steady) == [1, 0]


def test_survivors_never_lift_a_change_with_fewer_successes() -> None:
    random = Random(5)
    for _ in range(300):
        standings = []
        for _ in range(8):
            lost = {seed for seed in range(5) if random.random() < 0.3}
            values = {seed: random.random() for seed in range(5) if seed not in lost}
            standings.append(ChangeOutcome(values, failed=len(lost)))
        succeeded = [len(standings[i].values) for i in order(*standings)]
        assert succeeded == sorted(succeeded, reverse=True)


def test_what_waits_or_runs_is_no_failure() -> None:
    begun = ChangeOutcome({0: 0.95}, failed=0)  # four of its five still train
    over = ChangeOutcome({0: 0.90, 1: 0.99, 2: 0.99, 3: 0.99, 4: 0.99}, failed=0)
    failing = ChangeOutcome({0: 0.99, 1: 0.99}, failed=1)
    assert order(failing, over, begun) == [2, 1, 0]  # 0.95 to 0.90 with seed 0, which both have


def test_changes_of_one_share_are_compared_on_the_seeds_that_they_share() -> None:
    easy = ChangeOutcome({0: 0.70, 1: 0.99, 2: 0.98}, failed=1)
    hard = ChangeOutcome({0: 0.75, 1: 0.99, 3: 0.40}, failed=1)  # seed 3 is a hard one
    first, second = ranked([easy, hard], MORE)
    assert (first.number, first.common_seeds) == (1, (0, 1))
    assert first.common_mean == pytest.approx(0.87)
    assert second.common_mean == pytest.approx(0.845)


def test_without_a_seed_in_common_each_value_is_held_against_the_others_of_its_seed() -> None:
    one = ChangeOutcome({0: 0.70, 1: 0.90}, failed=1)
    two = ChangeOutcome({1: 0.91, 2: 0.50}, failed=1)
    three = ChangeOutcome({0: 0.60, 2: 0.40}, failed=1)
    ranks = ranked([three, one, two], MORE)
    assert [rank.number for rank in ranks] == [2, 1, 0]
    assert ranks[0].common_mean is None


def test_losses_are_ranked_the_other_way_and_infinite_ones_last() -> None:
    finite, infinite = ChangeOutcome({0: 0.5}, 0), ChangeOutcome({0: float("inf")}, 0)
    assert order(infinite, ChangeOutcome({0: 0.7}, 0), finite, objective=LESS) == [2, 1, 0]


def test_changes_without_a_value_come_last_in_their_order() -> None:
    assert order(ChangeOutcome({}, 5), ChangeOutcome({}, 0), ChangeOutcome({0: 0.1}, 4)) == [2, 0, 1]
