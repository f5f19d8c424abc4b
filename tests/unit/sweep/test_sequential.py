"""Paired trainings stop when the result is clear, and checking often does not make errors more likely."""

import random
from collections.abc import Sequence

import pytest

from gradus.sweep.sequential import decide, stages

ORDER = tuple(range(9))


def by_seed(values: Sequence[float | None]) -> dict[int, float | None]:
    return dict(enumerate(values))


@pytest.mark.parametrize(("seeds", "ends"), [(3, [3]), (4, [3, 4]), (5, [3, 5]), (9, [3, 5, 7, 9])])
def test_stages_end_after_three_pairs_and_each_two_more(seeds: int, ends: list[int]) -> None:
    assert list(stages(seeds)) == ends


def test_a_clear_gain_is_known_after_three_pairs() -> None:
    found = decide(by_seed([0.95, 0.94, 0.96]), by_seed([0.11, 0.11, 0.1]), ORDER, maximize=True)
    assert (found.pairs, found.decided) == (3, True)
    assert found.gain == pytest.approx(2.53 / 3)
    assert found.ci95 is not None
    assert found.ci95[0] > 0


def test_the_gain_of_a_smaller_loss_is_positive() -> None:
    found = decide(by_seed([0.1, 0.11, 0.1]), by_seed([2.3, 2.31, 2.302]), ORDER, maximize=False)
    assert found.gain is not None
    assert found.gain > 2
    assert found.decided


def test_harm_is_known_as_well() -> None:
    found = decide(by_seed([0.11, 0.11, 0.1]), by_seed([0.95, 0.94, 0.96]), ORDER, maximize=True)
    assert found.decided
    assert found.ci95 is not None
    assert found.ci95[1] < 0


def test_between_stages_nobody_looks() -> None:
    values, base = by_seed([0.9, 0.8, 0.91, 0.99]), by_seed([0.8, 0.9, 0.8, 0.1])
    assert decide(values, base, ORDER, maximize=True).pairs == 3
    del base[1]
    assert decide(values, base, ORDER, maximize=True) == decide({}, {}, ORDER, maximize=True)


def test_failed_trainings_count_as_guessing() -> None:
    found = decide(by_seed([0.9, 0.91, 0.92]), by_seed([None] * 3), ORDER, maximize=True, guess=0.1)
    assert found.gain == pytest.approx(0.81)
    assert found.decided
    cured = decide(by_seed([0.9, 0.91, 0.92]), by_seed([None] * 3), ORDER, maximize=False)
    assert (cured.gain, cured.ci95, cured.decided) == (None, None, True)


def test_a_change_that_diverges_is_not_flattered_by_the_trainings_that_do_not() -> None:
    harmed = decide(by_seed([None] * 3), by_seed([0.5, 0.51, 0.52]), ORDER, maximize=False)
    assert (harmed.gain, harmed.ci95, harmed.pairs, harmed.decided) == (None, None, 3, True)
    some = decide(by_seed([None, 0.1, 0.11, 0.1, 0.12]), by_seed([0.5, 0.51, 0.52, 0.5, 0.5]), ORDER, maximize=False)
    assert (some.gain, some.decided, some.over) == (None, False, False)


def test_pairs_are_those_that_were_compared() -> None:
    found = decide(by_seed([0.1, 0.11, 0.1, 0.12, 0.1]), by_seed([None, 0.51, 0.5, 0.5, 0.52]), ORDER, maximize=False)
    assert (found.pairs, found.decided) == (4, True)


def test_later_pairs_take_the_places_of_void_ones() -> None:
    values, base = by_seed([0.9, 0.91, None, 0.92, 0.9]), by_seed([0.1, 0.11, 0.1, 0.1])
    order = ORDER[:5]
    assert decide(values, base, order, maximize=True, void={2}).pairs == 3
    both = decide(values, base, order, maximize=True, void={2, 3})
    assert (both.pairs, both.over) == (0, False)
    few = decide(values, base, order, maximize=True, void={2, 3, 4})
    assert (few.pairs, few.decided, few.over) == (2, False, True)
    assert decide({}, {}, order, maximize=True, void=set(order)).over


def test_nothing_is_seldom_taken_for_something() -> None:
    """Bonferroni's correction allows a wrong decision in 5 % of the trials if both are equally good. The limit here is
    four standard errors higher, for 2000 trials."""
    draw = random.Random(1)
    wrong = 0
    for _ in range(2000):
        values, base = (by_seed([draw.gauss(0.9, 0.01) for _ in ORDER]) for _ in range(2))
        wrong += decide(values, base, ORDER, maximize=True).decided
    assert wrong / 2000 < 0.05 + 4 * (0.05 * 0.95 / 2000) ** 0.5
