"""A kernel model distinguishes curved data from linear data."""

import numpy as np
import pytest
import torch
from torch import Tensor

from tests.unit.probing.test_measure import spec_of
from tests.unit.training.examples import made_up_data
from worker.probing.curvature import RIDGE, kernel_ridge, saved
from worker.probing.inputs import inputs


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)


def test_the_kernel_model_is_that_of_its_formula() -> None:
    x, asked = drawn(15, 3).numpy(), drawn(4, 3).flip(0).numpy()
    y = np.stack([x[:, 0] ** 2, x[:, 1] - 2], 1)
    distances = [np.sqrt(((one[:, None] - x[None]) ** 2).sum(2)) for one in (x, asked)]
    scale = np.sort(distances[0].ravel())[(15 * 15 - 1) // 2]
    kernel, beside = (np.exp(-(d**2) / (2 * scale**2)) for d in distances)
    expected = beside @ np.linalg.inv(kernel + RIDGE * np.eye(15)) @ (y - y.mean(0)) + y.mean(0)
    found = kernel_ridge(torch.tensor(x), torch.tensor(y), torch.tensor(asked))
    assert found.numpy() == pytest.approx(expected, rel=1e-9)


def test_what_is_saved_is_the_share_of_the_errors() -> None:
    truth = torch.eye(2, dtype=torch.float64).repeat(8, 1)  # 16 examples of two classes in turn
    linear, curved = truth.clone(), truth.clone()
    linear[:4] = linear[:4].flip(1)
    curved[:1] = curved[:1].flip(1)
    share, t = saved(linear, curved, truth, is_class=True)
    differences = torch.tensor([0.0] + [1.0] * 3 + [0.0] * 12)
    assert share == pytest.approx(3 / 4)
    assert t == pytest.approx(float(differences.mean() / (differences.std() / 4)))
    assert saved(2 * truth, 1.5 * truth, truth, is_class=False)[0] == pytest.approx(1 - 0.25)
    assert saved(truth, truth, truth, is_class=True) == (0.0, 0.0)


@pytest.mark.parametrize(("layers", "is_asked"), [([], True), ([8], False)])
def test_only_linear_networks_are_asked(layers: list[int], is_asked: bool) -> None:
    data = made_up_data(train=200)
    found = inputs(spec_of(data, layers=layers), data)
    assert (found.curvature is not None) == is_asked == (found.curvature_t is not None)
