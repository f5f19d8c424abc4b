"""Flat storage, its layout and the names of its parts."""

from itertools import pairwise

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.layout import ALIGNMENT, layout
from models.storage import initial_storage, learning_parts, named_tensors
from tests.built_in import resolved

EXPERIMENT = Spec(dataset="wine", layers=[{"kind": "dense", "units": 7, "bias": False}, 5], batch_norm=True, seed=3)


def test_blocks_are_aligned_apart_and_hold_every_parameter() -> None:
    network = resolved(EXPERIMENT).network
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
    plans = [resolved(EXPERIMENT).network, resolved(EXPERIMENT.model_copy(update={"seed": 4})).network]
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
        initial_storage([resolved(EXPERIMENT).network], [3], torch.float32, torch.device(kind)).parameters
        for kind in ("cpu", "cuda")
    )
    assert torch.equal(on_cpu, on_gpu.cpu())


def test_networks_in_ntk_form_start_with_weights_and_biases_of_magnitude_1() -> None:
    experiment = Spec(dataset="mnist", layers=[100], init="ntk", output_init={"kind": "ntk", "std": 0, "bias_std": 0})
    storage = initial_storage([resolved(experiment).network], [0], torch.float32, torch.device("cpu"))
    tensors = named_tensors(storage.layout, storage.parameters[0], storage.statistics[0])
    assert tensors["layers/0.weight"].std() == pytest.approx(1, abs=0.01)  # of 78 400 draws
    assert tensors["layers/0.bias"].std() == pytest.approx(1, abs=0.3)
    assert (tensors["output.weight"] == 0).all()
    assert (tensors["output.bias"] == 0).all()


def test_every_part_of_the_parameters_has_its_rate_and_decay() -> None:
    network = resolved(Spec(dataset="wine", layers=[{"kind": "scale", "lr_factor": 6}, 5], init="ntk")).network
    offsets = layout(network)
    parts = learning_parts([network], offsets)
    assert [part.start for part in parts[1:]] == [part.end for part in parts[:-1]]
    assert parts[-1].end == offsets.size
    told = dict(zip(offsets.parameters, parts, strict=True))
    assert told["layers/1.weight"].rates == told["output.weight"].rates == (1.0,)
    assert told["layers/0.scale"].rates == (6.0,)
    assert told["output.bias"].rates == (0.1,)
    assert {name for name, part in told.items() if part.decays[0]} == {"layers/1.weight", "output.weight"}
