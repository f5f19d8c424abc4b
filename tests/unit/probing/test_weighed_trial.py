"""Learning rates are judged by the loss that training minimizes, which includes the weights of the classes."""

from dataclasses import replace

import pytest
import torch

from tests.unit.training.examples import made_up_data
from worker.probing.trial import weighed_alike
from worker.training.data import Split


def test_validation_examples_have_the_weights_of_their_classes() -> None:
    inputs = torch.zeros(10, 2)
    train = Split(inputs, torch.tensor([0] * 8 + [1] * 2), weights=torch.tensor([0.625] * 8 + [2.5] * 2))
    weighed = weighed_alike(Split(inputs[:4], torch.tensor([0, 0, 0, 1])), train)
    assert weighed.weights is not None
    weights = torch.tensor([0.625, 0.625, 0.625, 2.5])
    assert weighed.weights.tolist() == pytest.approx((weights / weights.mean()).tolist())


def test_without_weights_of_the_classes_nothing_changes() -> None:
    data = made_up_data("wine")
    assert weighed_alike(data.validation, data.train) is data.validation
    own = torch.ones(len(data.train))
    alike = replace(data.train, weights=own, evaluation_weights=own)
    assert weighed_alike(data.validation, alike) is data.validation
