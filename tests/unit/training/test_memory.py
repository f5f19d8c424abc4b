"""A step and a run take as much memory as was estimated."""

import gc
from typing import Any

import pytest
import torch

from gradus.spec.experiment import Spec
from gradus.spec.memory import member_bytes, step_bytes
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
    """Bytes of all tensors that exist."""
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


def test_a_step_needs_no_memory_to_flatten_what_no_layer_before_has_learned() -> None:
    """The vectors are a view of the images, and their gradient is not needed."""

    def estimate(*layers: Any) -> int:
        run = resolved(Spec(dataset="mnist", layers=layers, batch_size=50))
        return step_bytes(run.spec, run.data, run.network)

    assert estimate("flatten", 20) == estimate(20)
    assert estimate("max_pool", "flatten", 20) == estimate("max_pool", 20)
    assert estimate(conv(1, kernel=1), "flatten", 20) > estimate(20) + 4 * 50 * 784 * 2  # its output, and a gradient


def _separable(channels: int) -> dict[str, Any]:
    return {"kind": "separable_conv", "channels": channels}


BATCH_NORM: dict[str, Any] = {"batch_norm": True, "optimizer": "adam"}
PEAKS: list[tuple[list[Any], int, int, dict[str, Any]]] = [
    ([conv(32)], 64, 85, {}),
    ([conv(32)], 256, 141, {}),
    ([_separable(32)], 256, 132, {}),
    ([_separable(32), "max_pool"], 256, 120, {}),
    ([conv(32), "max_pool", conv(64)], 256, 164, {}),
    ([conv(32), "max_pool", conv(64)], 512, 269, {}),
    ([conv(32), "max_pool", conv(64), "max_pool"], 256, 165, {}),
    ([conv(32), "max_pool", conv(64), "max_pool"], 512, 290, {}),
    ([conv(32), "max_pool", conv(64)], 256, 228, BATCH_NORM),
    ([conv(16), conv(16), 100], 256, 162, {}),
    ([conv(16), "max_pool", 1000], 256, 231, {}),
    ([conv(32), _separable(64), "max_pool"], 256, 341, {}),
    ([conv(16), _separable(32), _separable(32), "max_pool"], 128, 166, {}),
    ([2000, 2000], 512, 343, {}),
]
"""Layers, batch size, and the measured peak of resident memory in MiB, compared with that before the run. A run is two
steps and their evaluation, with 1000 validation and test examples. Measured 2026-11-30, AMD EPYC, torch 2.13.0, glibc
2.36."""


@pytest.mark.parametrize(("layers", "batch", "peak", "words"), PEAKS, ids=str)
def test_the_estimate_of_a_run_is_within_a_fifth_of_the_peak_that_was_seen(
    layers: list[Any], batch: int, peak: int, words: dict[str, Any]
) -> None:
    run = resolved(Spec(**{"dataset": "mnist", "layers": layers, "batch_size": batch, **words}))
    examples = {"train_examples": 2 * batch, "validation_examples": 1000, "test_examples": 1000}
    estimate = member_bytes(run.spec, run.data.model_copy(update=examples), run.network)
    assert 0.8 * peak < estimate / 2**20 < 1.2 * peak
