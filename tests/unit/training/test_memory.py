"""A step takes the memory that was estimated."""

import gc
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.memory import step_bytes
from tests.built_in import resolved
from tests.unit.training.examples import CPU
from tests.unit.training.images import conv
from worker.training.engine import Engine

TABLE: dict[str, Any] = {"dataset": "wine", "batch_size": 128, "number_embeddings": {"kind": "periodic"}}
SPECS: dict[str, dict[str, Any]] = {
    "convolutions": {"layers": [conv(32), conv(32)]},
    "pools": {"layers": [conv(16), "max_pool", conv(32), "max_pool", 64], "batch_norm": True},
    "wide": {"layers": [1000, 1000]},
    "embeddings": {**TABLE, "layers": [20]},
}


def tensor_bytes() -> int:
    """Memory of all tensors that are alive."""
    storages = [one.untyped_storage() for one in gc.get_objects() if isinstance(one, torch.Tensor)]
    return sum({storage.data_ptr(): storage.nbytes() for storage in storages}.values())


@pytest.mark.filterwarnings("ignore")  # of old classes that are asked whether they are tensors
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("words", SPECS.values(), ids=SPECS)
def test_what_a_step_keeps_is_within_its_estimate(words: dict[str, Any], precision: str) -> None:
    run = resolved(Spec(**{"dataset": "mnist", "batch_size": 64, **words, "precision": precision}))
    size = 128
    gc.collect()
    before = tensor_bytes()
    engine = Engine([run.spec], run.data, size, CPU, torch.float32)
    examples, rows = torch.rand(size, run.data.inputs), torch.arange(engine.batch)
    batch = rows, torch.zeros(1, len(rows), dtype=torch.int64), None
    engine.seek(0)
    seen = []
    with torch.inference_mode():
        engine.forward(examples, rows)
        seen.append(tensor_bytes())
        engine.step(examples, batch, torch.zeros(1, 1), torch.empty(1))
        seen.append(tensor_bytes())
    kept = max(seen) - before - examples.nbytes - rows.nbytes - batch[1].nbytes
    assert kept < 1.2 * step_bytes(run.spec, run.data, run.network) < 2.4 * kept
