"""The embeddings layer computes the same numbers and gradients as plain torch."""

from functools import partial
from typing import Any

import pytest
import torch

from gradus.dataset_plan import InputBlock
from gradus.spec.embeddings import EmbeddingsPlan, NoEmbeddings, Periodic, embeddings_plan
from models.batch import Buffers
from models.embeddings import EmbeddingsLayer
from models.precision import products
from tests.reference import Embedding

BLOCKS = [
    InputBlock(column="colour", kind="embedding", start=0, width=3, size=2),
    InputBlock(column="age", kind="number", start=3, width=1),
    InputBlock(column="age", kind="flag", start=4, width=1),
    InputBlock(column="size", kind="category", start=5, width=2),
    InputBlock(column="town", kind="embedding", start=7, width=4, size=3),
    InputBlock(column="weight", kind="number", start=11, width=1),
]
PERIODIC = Periodic(frequencies=5, size=4)


def _plan(numbers: Any = PERIODIC) -> EmbeddingsPlan:
    found = embeddings_plan(12, BLOCKS, numbers)
    assert found is not None
    return found


def test_what_is_not_embedded_stays_and_what_is_comes_after_it() -> None:
    both, categories = _plan(), _plan(NoEmbeddings())
    assert both.kept == categories.kept == (3, 4, 5, 6, 11)
    assert (both.numbers, categories.numbers) == ((3, 11), ())
    assert (both.units, categories.units) == (5 + 2 * 3 + 2 + 3, 5 + 2 + 3)
    assert both.parameters == 3 * 2 + 4 * 3 + 2 * (2 * 5 + 5 * 3 + 3)


def test_a_network_whose_inputs_are_not_embedded_has_no_such_stage() -> None:
    assert embeddings_plan(2, BLOCKS[3:4], PERIODIC) is None
    assert embeddings_plan(2, (), NoEmbeddings()) is None
    inputs = embeddings_plan(2, (), PERIODIC)
    assert inputs is not None
    assert inputs.numbers == inputs.kept == (0, 1)


@pytest.mark.parametrize("place", ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
@pytest.mark.parametrize("numbers", [PERIODIC, NoEmbeddings()], ids=["numbers", "categories"])
def test_outputs_and_gradients_are_those_of_torch(numbers: Any, place: str) -> None:
    plan, draws = _plan(numbers), torch.Generator().manual_seed(0)
    draw = partial(torch.randn, generator=draws, dtype=torch.float64)
    tensors = {one.name: draw(2, *one.shape).to(place) for one in plan.tensors}
    gradients = {name: torch.empty_like(tensor) for name, tensor in tensors.items()}
    pairs = {name: (tensor, gradients[name]) for name, tensor in tensors.items()}
    like = torch.empty(0, dtype=torch.float64, device=place)
    x = draw(2, 9, 12).to(place)
    dy = draw(2, 9, plan.units).to(place)
    with torch.inference_mode():
        layer = EmbeddingsLayer(plan, pairs, products("float32"), 9, Buffers(like))
        y = layer.forward(x)
        layer.backward(dy, needs_dx=False)
        alone = layer.evaluate(x[:, :4])
    torch.testing.assert_close(alone, y[:, :4])
    for k in range(2):
        reference = Embedding(plan).to(place)
        for name, tensor in tensors.items():
            reference.tensors[name].data.copy_(tensor[k])
        expected = reference(x[k])
        torch.testing.assert_close(y[k], expected.detach(), rtol=1e-12, atol=1e-14)
        expected.backward(dy[k])
        for name, gradient in gradients.items():
            torch.testing.assert_close(gradient[k], reference.tensors[name].grad, rtol=1e-11, atol=1e-13)
