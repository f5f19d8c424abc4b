"""The other libraries train the network of the setting."""

import pytest
from torch import nn

from benchmarks.rivals.learn import in_scikit_learn
from benchmarks.rivals.ours import in_gradus
from benchmarks.rivals.plain import network, resident, with_loader
from benchmarks.rivals.products import products
from benchmarks.rivals.setting import Setting
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec

RIVALS = {
    "products": products,
    "loader": with_loader,
    "resident": resident,
    "scikit-learn": in_scikit_learn,
    "gradus": in_gradus,
}


@pytest.mark.parametrize("run", [GRADIENT_DESCENT, ADAM_BATCH_NORM], ids=lambda run: run.name)
@pytest.mark.parametrize("rival", RIVALS)
def test_every_rival_trains_turn_after_turn(rival: str, run: Spec) -> None:
    turn = RIVALS[rival](Setting(run, examples=120, members=2))
    assert turn() > 0
    assert turn() > 0


def test_plain_pytorch_has_the_layers_of_the_spec() -> None:
    modules = list(network(Setting(ADAM_BATCH_NORM, 100)))
    assert [(one.in_features, one.out_features) for one in modules if isinstance(one, nn.Linear)] == [
        (784, 300), (300, 100), (100, 10)
    ]  # fmt: skip
    assert [one.num_features for one in modules if isinstance(one, nn.BatchNorm1d)] == [300, 100]
