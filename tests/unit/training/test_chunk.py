"""The steps of an epoch, divided into chunks."""

from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradus.dataset_plan import DatasetPlan
from gradus.spec.augment import Augment, Cutout, Mixup, Noise, Rotate
from gradus.spec.experiment import Spec
from gradus.spec.network import plan
from worker.training.chunk_length import chunk_steps, chunks


@given(steps=st.integers(1, 60), first=st.integers(0, 60), length=st.integers(1, 20), tail=st.booleans())
def test_every_step_is_taken_once_wherever_a_run_goes_on(steps: int, first: int, length: int, tail: bool) -> None:
    first = min(first, steps)
    found = chunks(first, steps, length, tail=tail)
    assert list(chain(*found)) == list(range(first, steps))
    assert all(0 < len(chunk) <= length for chunk in found)
    assert all(chunk.start % length == 0 for chunk in found[1:] if chunk.stop < steps)
    assert not (tail and first < steps) or found[-1] == range(steps - 1, steps)
    assert all(before.stop == after.start for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ((), 10),  # 64 · 224² · 3 inputs of 2.5 ns: 24 ms a step
        ((Rotate(),), 3),  # 5 ns more each
        ((Rotate(), Noise(), Cutout(), Mixup()), 1),  # 4 · 5 ns more each, of twice as many
    ],
)
def test_chunks_of_large_images_are_short_also_for_a_small_network(words: Augment, most: int) -> None:
    data = DatasetPlan(
        task="classification",
        input_shape=(224, 224, 3),
        classes=("cat", "dog"),
        train_examples=1000,
        validation_examples=10,
        test_examples=10,
    )
    layers = [{"kind": "conv", "channels": 8, "stride": 4}, "global_avg_pool"]
    network = plan(Spec(dataset={"name": "pictures"}, layers=layers), data)
    assert 1 <= chunk_steps(network, 64, 1, words) <= most
