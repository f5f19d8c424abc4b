"""The lab's optimizers take the same steps as those of training."""

from typing import get_args

import numpy as np
import pytest
import torch

from gradus.lab.optimizer_paths import OptimizerPaths
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, AnyOptimizer, Momentum, RMSProp
from lab import optimizer, optimizer_paths
from models.optimizer import update

OPTIMIZERS: list[AnyOptimizer] = [
    SGD(lr=0.95),
    Momentum(lr=0.1),
    Momentum(lr=0.05, momentum=0.7, nesterov=True),
    AdaGrad(lr=1.5, eps=1e-3),
    RMSProp(lr=0.1, rho=0.8),
    Adam(lr=0.3, beta1=0.8, eps=1e-4),
    AdamW(lr=0.3, weight_decay=0.1),
]


def test_every_kind_is_compared() -> None:
    assert {type(one) for one in OPTIMIZERS} == set(get_args(AnyOptimizer))


@pytest.mark.parametrize("spec", OPTIMIZERS, ids=optimizer.name_of)
def test_an_update_equals_the_trainers(spec: AnyOptimizer) -> None:
    random = np.random.default_rng(0)
    theta = random.normal(size=9)
    parameters, gradient = torch.tensor(theta)[None].clone(), torch.empty(1, 9, dtype=torch.float64)
    theirs, ours = update([spec], parameters, gradient), optimizer.update(spec)
    for _ in range(50):
        g = random.normal(size=9)
        gradient.copy_(torch.tensor(g)[None])
        theirs(torch.tensor([[spec.lr]], dtype=torch.float64))
        theta = ours(theta, g, spec.lr)
        np.testing.assert_allclose(theta, parameters[0].numpy(), rtol=1e-12, atol=1e-12)


def test_the_paths_end_where_the_lectures_do() -> None:
    paths = optimizer_paths.run(OptimizerPaths()).paths
    ends = {path.optimizer: (path.x[-1], path.y[-1]) for path in paths}
    assert ends["sgd 0.95"] == pytest.approx((-0.350393, 0.084782), abs=1e-6)
    assert ends["momentum 0.1"] == pytest.approx((0.896414, 0.088086), abs=1e-6)
    assert ends["adagrad 1.5"] == pytest.approx((-0.120162, 0), abs=1e-6)
    assert ends["adam 0.3"] == pytest.approx((0.136007, 0.318245), abs=1e-5), "the book adds eps before it corrects s"


def test_gradient_descent_on_a_turned_valley_is_its_closed_form() -> None:
    request = OptimizerPaths(a=1.0, b=2.0, c=0.5, x=3.0, y=-1.0, steps=7, optimizers=(SGD(lr=0.1),))
    [path] = optimizer_paths.run(request).paths
    hessian = np.array([[2.0, 0.5], [0.5, 4.0]])
    end = np.linalg.matrix_power(np.eye(2) - 0.1 * hessian, 7) @ [3.0, -1.0]
    assert (path.x[-1], path.y[-1]) == pytest.approx(tuple(end), rel=1e-12)
    assert path.f[-1] == pytest.approx(end @ hessian @ end / 2, rel=1e-12)


def test_contours_have_one_value_each_and_a_saddle_has_none() -> None:
    request = OptimizerPaths(a=1.0, b=2.0, c=0.5, steps=1)
    paths, _ = optimizer_paths.charts(request, optimizer_paths.run(request))
    contours = [series for series in paths.series if series.is_behind]
    assert len(contours) == 8
    for number, contour in enumerate(contours, 1):
        x, y = np.array(contour.x), np.array(contour.y, dtype=float)
        start = 49 + 2 * 4 - 0.5 * 14
        np.testing.assert_allclose(x * x + 2 * y * y + 0.5 * x * y, start * (number / 8) ** 2, rtol=1e-9)
    saddle = OptimizerPaths(a=-1.0, steps=1)
    paths, _ = optimizer_paths.charts(saddle, optimizer_paths.run(saddle))
    assert not any(series.is_behind for series in paths.series)
