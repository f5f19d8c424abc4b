"""Networks for images give the numbers of `torch.nn` and `torch.optim`."""

from typing import Any

import pytest

from gradus.spec.activation import ACTIVATIONS
from gradus.spec.experiment import Spec
from tests.unit.training.images import NETWORKS, conv, images_for
from tests.unit.training.test_engine_against_torch import BASE, EXAMPLES, same_as_plain_torch

VARIANTS: dict[str, dict[str, Any]] = {
    **NETWORKS,
    **{f"activation {name}": {"layers": [conv(activation=name)]} for name in ACTIVATIONS},
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_run_on_images_gives_the_numbers_of_plain_torch(name: str) -> None:
    same_as_plain_torch(Spec(**{**BASE, **VARIANTS[name]}), images_for(name, EXAMPLES))
