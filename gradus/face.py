"""The public face: what `from gradus import …` gives."""

from gradus.errors import GradusError
from gradus.spec.batch_norm import BatchNorm
from gradus.spec.checkpoint import Checkpoint
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Experiment
from gradus.spec.initializer import Auto, Constant, He, Normal, Orthogonal, Uniform, Xavier, Zeros
from gradus.spec.layer import Dense
from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, Momentum, RMSProp
from gradus.spec.schedule import ConstantRate, CosineDecay, ExponentialDecay, InverseTimeDecay, StepDecay
from gradus.spec.stopping import EarlyStopping
from gradus.status import Status

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Auto",
    "BatchNorm",
    "Checkpoint",
    "Constant",
    "ConstantRate",
    "CosineDecay",
    "Dataset",
    "Dense",
    "EarlyStopping",
    "Experiment",
    "ExponentialDecay",
    "GradusError",
    "He",
    "InverseTimeDecay",
    "Momentum",
    "Normal",
    "Orthogonal",
    "RMSProp",
    "Status",
    "StepDecay",
    "Uniform",
    "Xavier",
    "Zeros",
]
