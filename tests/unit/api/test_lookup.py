"""Error messages about an id that does not exist."""

import pytest

from api.services.lookup import EXPERIMENTS, SWEEPS


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EXPERIMENTS.absent("exp_1"), "no experiment exp_1"),
        (EXPERIMENTS.absent("swp_1"), "no experiment swp_1: this is the id of a sweep"),
        (EXPERIMENTS.absent("dst_1"), "no experiment dst_1: this is the id of a data set"),
        (EXPERIMENTS.absent("nonsense"), "no experiment nonsense"),
        (SWEEPS.absent("exp_1"), "no sweep exp_1: this is the id of an experiment"),
    ],
)
def test_an_id_of_something_else_is_recognized(error: Exception, said: str) -> None:
    assert str(error) == said
