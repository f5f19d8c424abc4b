"""Flat storage, its layout and the names of its parts."""

from itertools import pairwise

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.network import plan
from models.network import ALIGNMENT, initial_storage, layout, named_tensors

EXPERIMENT = Spec(dataset="wine", layers=[{"kind": "dense", "units": 7, "bias": False}, 5], batch_norm=True, seed=3)


def test_blocks_are_aligned_apart_and_hold_every_parameter() -> None:
    network = plan(EXPERIMENT)
    where = layout(network)
    blocks = sorted(where.parameters.values(), key=lambda block: block.start)
    assert sum(block.end - block.start for block in blocks) == network.parameters
    assert all(block.start % ALIGNMENT == 0 for block in blocks)
    assert all(a.end <= b.start for a, b in pairwise(blocks))
    assert {block.name for block in blocks if block.start < where.weights} == {
        "layers/0.weight",
        "layers/1.weight",
        "output.weight",
    }


def test_untrained_networks_are_what_the_spec_says() -> None:
    plans = [plan(EXPERIMENT), plan(EXPERIMENT.model_copy(update={"seed": 4}))]
    storage = initial_storage(plans, [3, 4], torch.float32, torch.device("cpu"))
    first, second = (named_tensors(storage.layout, storage.parameters[k], storage.statistics[k]) for k in range(2))
    assert {name: tuple(tensor.shape) for name, tensor in first.items()} == {
        "layers/0.weight": (13, 7),
        "layers/1.weight": (7, 5),
        "output.weight": (5, 3),
        "layers/0.gamma": (7,),
        "layers/0.beta": (7,),
        "layers/1.bias": (5,),
        "layers/1.gamma": (5,),
        "layers/1.beta": (5,),
        "output.bias": (3,),
        "layers/0.running_mean": (7,),
        "layers/0.running_variance": (7,),
        "layers/1.running_mean": (5,),
        "layers/1.running_variance": (5,),
    }
    ones = {name for name, tensor in first.items() if (tensor == 1).all()}
    assert ones == {f"layers/{i}.{name}" for i in range(2) for name in ("gamma", "running_variance")}
    assert not torch.equal(first["output.weight"], second["output.weight"])


@pytest.mark.gpu
def test_first_weights_are_the_same_on_every_device() -> None:
    on_cpu, on_gpu = (
        initial_storage([plan(EXPERIMENT)], [3], torch.float32, torch.device(kind)).parameters
        for kind in ("cpu", "cuda")
    )
    assert torch.equal(on_cpu, on_gpu.cpu())
