"""Gradus trains neural networks as a service. This package holds its spec, wire types, client and command line.

Names are imported lazily, on first use, so that a script only pays for what it uses.
"""

import typing
from importlib import import_module

if typing.TYPE_CHECKING:
    from gradus.client.client import AsyncClient, Client
    from gradus.client.dataset import AsyncStoredDataset, StoredDataset
    from gradus.client.dataset_events import DatasetEvent
    from gradus.client.events import StreamEvent
    from gradus.client.experiment import AsyncExperiment, Experiment
    from gradus.client.experiments import Comparison
    from gradus.client.sweep import AsyncSweep, Sweep
    from gradus.errors import (
        BadRequest,
        Conflict,
        Forbidden,
        GradusError,
        InvalidSpec,
        MethodNotAllowed,
        NotAcceptable,
        NotFound,
        PreconditionFailed,
        ServerFault,
        TooLarge,
        TooManyRequests,
        Unauthorized,
        Unavailable,
        UnsupportedMedia,
    )
    from gradus.spec.batch_norm import BatchNorm
    from gradus.spec.checkpoint import Checkpoint
    from gradus.spec.dataset import Dataset
    from gradus.spec.device import CpuThreads
    from gradus.spec.early_stopping import EarlyStopping
    from gradus.spec.embeddings import Periodic
    from gradus.spec.experiment import Spec
    from gradus.spec.initializer import Auto, Constant, He, Normal, Ntk, Orthogonal, Uniform, Xavier, Zeros
    from gradus.spec.layer import Dense
    from gradus.spec.loss import (
        AbsoluteLoss,
        BinaryCrossEntropy,
        CrossEntropy,
        HuberLoss,
        QuantileLoss,
        SquaredLoss,
    )
    from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, Momentum, RMSProp
    from gradus.spec.scale import Scale
    from gradus.spec.schedule import ConstantRate, CosineDecay, CosLog, ExponentialDecay, InverseTimeDecay, StepDecay
    from gradus.status import Status
    from gradus.sweep.request import SweepRequest

__version__ = "0.1.0"

_HOMES = {
    "gradus.client.client": "AsyncClient Client",
    "gradus.client.experiments": "Comparison",
    "gradus.client.dataset": "AsyncStoredDataset StoredDataset",
    "gradus.client.dataset_events": "DatasetEvent",
    "gradus.client.events": "StreamEvent",
    "gradus.client.experiment": "AsyncExperiment Experiment",
    "gradus.client.sweep": "AsyncSweep Sweep",
    "gradus.errors": "BadRequest Conflict Forbidden GradusError InvalidSpec MethodNotAllowed NotAcceptable NotFound"
    " PreconditionFailed ServerFault TooLarge TooManyRequests Unauthorized Unavailable UnsupportedMedia",
    "gradus.spec.batch_norm": "BatchNorm",
    "gradus.spec.checkpoint": "Checkpoint",
    "gradus.spec.dataset": "Dataset",
    "gradus.spec.embeddings": "Periodic",
    "gradus.spec.experiment": "Spec",
    "gradus.spec.initializer": "Auto Constant He Normal Ntk Orthogonal Uniform Xavier Zeros",
    "gradus.spec.layer": "Dense",
    "gradus.spec.loss": "AbsoluteLoss BinaryCrossEntropy CrossEntropy HuberLoss QuantileLoss SquaredLoss",
    "gradus.spec.optimizer": "SGD AdaGrad Adam AdamW Momentum RMSProp",
    "gradus.spec.scale": "Scale",
    "gradus.spec.schedule": "ConstantRate CosineDecay CosLog ExponentialDecay InverseTimeDecay StepDecay",
    "gradus.spec.device": "CpuThreads",
    "gradus.spec.early_stopping": "EarlyStopping",
    "gradus.status": "Status",
    "gradus.sweep.request": "SweepRequest",
}
"""Names by the module that defines them."""
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "SGD",
    "AbsoluteLoss",
    "AdaGrad",
    "Adam",
    "AdamW",
    "AsyncClient",
    "AsyncExperiment",
    "AsyncStoredDataset",
    "AsyncSweep",
    "Auto",
    "BadRequest",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Checkpoint",
    "Client",
    "Comparison",
    "Conflict",
    "Constant",
    "ConstantRate",
    "CosLog",
    "CosineDecay",
    "CpuThreads",
    "CrossEntropy",
    "Dataset",
    "DatasetEvent",
    "Dense",
    "EarlyStopping",
    "Experiment",
    "ExponentialDecay",
    "Forbidden",
    "GradusError",
    "He",
    "HuberLoss",
    "InvalidSpec",
    "InverseTimeDecay",
    "MethodNotAllowed",
    "Momentum",
    "Normal",
    "NotAcceptable",
    "NotFound",
    "Ntk",
    "Orthogonal",
    "Periodic",
    "PreconditionFailed",
    "QuantileLoss",
    "RMSProp",
    "Scale",
    "ServerFault",
    "Spec",
    "SquaredLoss",
    "Status",
    "StepDecay",
    "StoredDataset",
    "StreamEvent",
    "Sweep",
    "SweepRequest",
    "TooLarge",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "Uniform",
    "UnsupportedMedia",
    "Xavier",
    "Zeros",
]


def __getattr__(name: str) -> object:
    """Import a name from its module on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'gradus' has no attribute '{name}'")
    globals()[name] = found = getattr(import_module(_HOME_OF[name]), name)
    return found


def __dir__() -> list[str]:
    """All names, including those that are not imported yet."""
    return sorted({*globals(), *__all__})
