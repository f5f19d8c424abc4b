"""A trained network for an answer: restored from its checkpoint, with its data, on the CPU.

It runs on the CPU, because the training slots own the GPU's memory; float32 results differ from a GPU's in the last
digits.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from gradus.spec.layout import layout
from gradus.spec.network import plan
from hub.artifacts.store import artifact_store
from hub.questions.question import TrainedNetwork
from worker.answering.data import question_data
from worker.answering.protocol import Ask
from worker.checkpoint.files import read
from worker.training.data import Data, Split
from worker.training.engine import Engine
from worker.training.evaluation import outputs
from worker.training.target_scale import NAME as SCALE
from worker.training.target_scale import NOT_SCALED

CPU = torch.device("cpu")


@dataclass(frozen=True, eq=False)
class Restored:
    """A trained network and its data."""

    engine: Engine
    data: Data
    scale: NDArray[np.float64]
    """Means and deviations of the targets with which the network was trained, (2, targets)."""

    def outputs(self, split: Split) -> NDArray[np.float64]:
        """Outputs (n, units) for a split: logits of classes and labels, or targets in their own units."""
        values: NDArray[np.float64] = outputs(self.engine, split)[0].double().numpy()
        if self.data.task != "regression":
            return values
        mean, deviation = self.scale
        return np.asarray(values * deviation + mean)


def restored(ask: Ask, network: TrainedNetwork) -> Restored:
    """Restore the network of a question.

    Raises:
        Damaged: the checkpoint is damaged, or was deleted since the question was asked.
        DataError: the data set was deleted or is damaged.
    """
    store = artifact_store(ask.artifacts_url)
    with store.open(network.checkpoint.key, network.checkpoint.digest) as folder:
        checkpoint = read(folder, layout(plan(network.spec, network.data)))
    data = question_data(ask, network.spec.dataset, network.data, network.table, checkpoint.preprocessing)
    torch.set_num_threads(1)
    engine = Engine(
        [network.spec],
        data.plan,
        len(data.train),
        CPU,
        torch.float32,
        largest=data.train.largest,
        deviation=data.target_scale.deviation,
        libraries=network.libraries,
    )
    tensors = checkpoint.state.tensors
    prefix = "best." if network.which == "best" else ""
    for name, tensor in (("parameters", engine.storage.parameters), ("statistics", engine.storage.statistics)):
        tensor.copy_(tensors[f"{prefix}{name}"])
    scale = tensors.get(SCALE, NOT_SCALED.tensor(1))  # an older version did not standardize targets
    return Restored(engine, data, scale.double().numpy().reshape(2, -1))
