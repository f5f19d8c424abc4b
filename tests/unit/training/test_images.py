"""Metrics and statistics of networks that read images."""

import torch

from gradus.spec.experiment import Spec
from tests.unit.training.examples import CPU
from tests.unit.training.images import conv, made_up_images
from worker.trainer.divergence_advice import divergence_failure
from worker.training.report import DeadUnits, Divergence, EpochReport
from worker.training.train import train

LARGE = {"kind": "normal", "std": 1000}


def test_a_divergence_names_the_convolution_and_its_initial_weights() -> None:
    blocks = [conv(init=LARGE), {"kind": "residual", "layers": [conv(init=LARGE) for _ in range(12)]}]
    spec = Spec(dataset="mnist", layers=blocks, activation="identity", batch_size=12, epochs=1)
    data = made_up_images(dtype=torch.float32)
    (report,) = [report for report in train([spec], data, CPU) if isinstance(report, EpochReport)]
    assert report.members[0] is not None
    ending = report.members[0].ending
    assert isinstance(ending, Divergence)
    assert ending.layer.startswith("layers/1/layers/")
    assert (ending.step, ending.cause) == (1, "initial_weights")
    message = divergence_failure(ending, spec, data.plan).message
    assert f"those of {ending.layer} have a standard deviation of" in message


def test_channels_that_are_off_everywhere_count_as_dead_units() -> None:
    spec = Spec(dataset="mnist", layers=[conv(4), 5], batch_size=12, init={"kind": "constant", "value": 0.1})
    training = train([spec], made_up_images(dtype=torch.float32), CPU)
    engine = training._engine
    bias = engine.storage.of("layers/0.bias")[0]
    bias[..., :3] = -1000
    assert engine.dead_units(torch.randn(20, 72), 0)[0] == DeadUnits("layers/0", 3, 4)


def test_a_convolution_of_single_pixels_is_a_dense_layer() -> None:
    """The results have the same bits. With larger kernels, products are added in a different order."""
    data, words = made_up_images((1, 1, 5)), {"dataset": "mnist", "batch_size": 12, "epochs": 5}
    one, other = (
        train([Spec(**words, layers=layers)], data, CPU, dtype=torch.float64) for layers in ([conv(4, kernel=1)], [4])
    )
    torch.testing.assert_close(one.weights(0), other.weights(0), rtol=0, atol=0)
    assert len(list(one)) == len(list(other)) > 0
    torch.testing.assert_close(one.weights(0), other.weights(0), rtol=1e-12, atol=1e-14)
