"""Example specs: the lecture's two runs, and two small ones that need no download."""

from gradus.spec.dataset import Dataset
from gradus.spec.embeddings import Periodic
from gradus.spec.experiment import Spec
from gradus.spec.initializer import Ntk, Xavier
from gradus.spec.layer import Dense
from gradus.spec.loss import CrossEntropy
from gradus.spec.optimizer import SGD, Adam
from gradus.spec.scale import Scale
from gradus.spec.schedule import CosLog

GRADIENT_DESCENT = Spec(
    name="gradient descent",
    dataset="mnist",
    layers=[300, 100],
    init=Xavier(),
    optimizer=SGD(lr=0.02),
    batch_size=50,
    epochs=10,
)
"""The lecture's first run: 784-300-100-10, Xavier initialization, gradient descent, no batch normalization."""

ADAM_BATCH_NORM = Spec(
    name="adam + batch norm",
    dataset="mnist",
    layers=[300, 100],
    init=Xavier(),
    batch_norm=True,
    optimizer=Adam(lr=0.001),
    batch_size=50,
    epochs=10,
)
"""The lecture's second run: the same network with Adam and batch normalization."""

DIGITS = Spec(name="digits", dataset="digits", layers=[64, 32], optimizer=Adam(lr=0.003), batch_size=32)
"""A small run: a few seconds, no download."""

REAL_MLP = Spec(
    name="RealMLP",
    dataset=Dataset(name="breast_cancer", standardize=True),
    layers=(Scale(lr_factor=6.0), *map(Dense, (256, 256, 256))),
    number_embeddings=Periodic(),
    activation="selu",
    init=Ntk(),
    output_init=Ntk(std=0.0, bias_std=0.0),
    optimizer=Adam(lr=0.04, beta2=0.95),
    schedule=CosLog(),
    loss=CrossEntropy(label_smoothing=0.1),
    batch_size=256,
    epochs=256,
)
"""The settings of RealMLP-TD-S, with RealMLP's embeddings of numbers. Source: Holzmüller et al., Better by default:
strong pre-tuned MLPs and boosted trees on tabular data, 2024."""

EXAMPLES: dict[str, Spec] = {
    "lecture: gradient descent": GRADIENT_DESCENT,
    "lecture: adam + batch norm": ADAM_BATCH_NORM,
    "digits": DIGITS,
    "table: RealMLP": REAL_MLP,
}

LECTURE_TEST_ACCURACY: dict[str, tuple[float, ...]] = {
    "gradient descent": (0.9128, 0.9291, 0.9398, 0.945, 0.9513, 0.9543, 0.9556, 0.9593, 0.9625, 0.9645),
    "adam + batch norm": (0.9686, 0.9749, 0.9771, 0.9803, 0.9808, 0.9815, 0.9822, 0.9829, 0.9833, 0.9799),
}
"""Test accuracy after each epoch, from the lecture's tables."""
