"""Updates equal those of `torch.optim` step by step, for members with different hyperparameters."""

import pytest
import torch
from torch import Tensor

from gradus.spec.optimizer import SGD, AdaGrad, Adam, AdamW, AnyOptimizer, Momentum, RMSProp
from models.optimizer import Part, update
from tests.reference import reference_optimizer

PAIRS: list[tuple[AnyOptimizer, AnyOptimizer]] = [
    (SGD(lr=0.1), SGD(lr=0.5)),
    (Momentum(lr=0.1), Momentum(lr=0.3, momentum=0.5)),
    (Momentum(lr=0.1, nesterov=True), Momentum(lr=0.3, momentum=0.5)),
    (AdaGrad(lr=0.1), AdaGrad(lr=0.5, eps=0.1)),
    (RMSProp(lr=0.1), RMSProp(lr=0.01, rho=0.5, eps=0.1)),
    (Adam(lr=0.1), Adam(lr=0.01, beta1=0.5, beta2=0.9, eps=0.1)),
    (Adam(lr=0.1, beta1=0.0), Adam(lr=0.01, beta2=0.0)),
    (AdamW(lr=0.1, decay="all"), AdamW(lr=0.01, weight_decay=3, beta1=0.5, decay="all")),
]


def _rates(optimizers: tuple[AnyOptimizer, ...]) -> Tensor:
    return torch.tensor([[optimizer.lr] for optimizer in optimizers], dtype=torch.float64)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_an_update_equals_torchs_at_every_step(pair: tuple[AnyOptimizer, AnyOptimizer]) -> None:
    draws = torch.Generator().manual_seed(0)
    ours = torch.randn(2, 9, generator=draws, dtype=torch.float64)
    theirs = [row.clone() for row in ours]
    gradient = torch.empty_like(ours)
    step = update(pair, ours, gradient)
    references = [reference_optimizer(spec, [row]) for spec, row in zip(pair, theirs, strict=True)]
    for number in range(50):
        gradient.normal_(generator=draws)
        step(_rates(pair) / (number + 1))
        for spec, row, reference, grad in zip(pair, theirs, references, gradient, strict=True):
            reference.param_groups[0]["lr"] = spec.lr / (number + 1)
            row.grad = grad.clone()
            reference.step()
        torch.testing.assert_close(ours, torch.stack(theirs), rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_every_part_learns_at_its_own_rate_and_decays_only_if_it_should(
    pair: tuple[AnyOptimizer, AnyOptimizer],
) -> None:
    parts = [
        Part(0, 3, (1.0, 1.0), (True, True)),
        Part(3, 7, (1.0, 0.5), (False, True)),
        Part(7, 9, (6.0, 0.1), (False, False)),
    ]
    first, second = (s.model_copy(update={"decay": "weights"}) if isinstance(s, AdamW) else s for s in pair)
    pair = first, second
    draws = torch.Generator().manual_seed(0)
    ours = torch.randn(2, 9, generator=draws, dtype=torch.float64)
    gradient = torch.empty_like(ours)
    step = update(pair, ours, gradient, parts)
    theirs = [[row[part.start : part.end].clone() for part in parts] for row in ours]
    references = [
        [
            reference_optimizer(spec.model_copy(update=_own(spec, part, k)), [row])
            for part, row in zip(parts, rows, strict=True)
        ]
        for k, (spec, rows) in enumerate(zip(pair, theirs, strict=True))
    ]
    for _ in range(20):
        gradient.normal_(generator=draws)
        step(_rates(pair))
        for k, rows in enumerate(theirs):
            for part, row, reference in zip(parts, rows, references[k], strict=True):
                row.grad = gradient[k, part.start : part.end].clone()
                reference.step()
        torch.testing.assert_close(ours, torch.stack([torch.cat(rows) for rows in theirs]), rtol=1e-10, atol=1e-14)


def _own(spec: AnyOptimizer, part: Part, member: int) -> dict[str, object]:
    """The hyperparameters of a member for a range of parameters."""
    own: dict[str, object] = {"lr": spec.lr * part.rates[member]}
    if isinstance(spec, AdamW):
        own |= {"decay": "all", "weight_decay": spec.weight_decay if part.decays[member] else 0.0}
    return own


# Saito, Deep Learning from Scratch, chapter 6, draws these paths on f(x, y) = x²/20 + y² from (-7, 2).
PATHS: list[tuple[AnyOptimizer, tuple[float, float]]] = [
    (SGD(lr=0.95), (-0.350393, 0.084782)),  # x ← 0.905 x, y ← -0.9 y: -7 · 0.905³⁰, 2 · 0.9³⁰
    (Momentum(lr=0.1, momentum=0.9), (0.896414, 0.088086)),
    (AdaGrad(lr=1.5), (-0.120162, 0.0)),
    (Adam(lr=0.3), (0.136007, 0.318245)),  # the book adds 1e-7 to the root before the bias is corrected
]


@pytest.mark.parametrize(("optimizer", "end"), PATHS, ids=lambda value: getattr(value, "kind", ""))
def test_the_path_down_a_long_valley_ends_where_it_should(optimizer: AnyOptimizer, end: tuple[float, float]) -> None:
    point = torch.tensor([[-7.0, 2.0]], dtype=torch.float64)
    grad = torch.empty_like(point)
    step = update([optimizer], point, grad)
    for _ in range(30):
        torch.mul(point, torch.tensor([0.1, 2.0]), out=grad)
        step(_rates((optimizer,)))
    assert point[0].tolist() == pytest.approx(end, abs=1e-5)


def test_no_two_kinds_remember_under_the_same_name() -> None:
    kinds: list[AnyOptimizer] = [SGD(), Momentum(), AdaGrad(), RMSProp(), Adam()]
    names = [name for kind in kinds for name in update([kind], torch.zeros(1, 2), torch.zeros(1, 2)).slots]
    assert len(names) == len(set(names)) == 6


@pytest.mark.parametrize("kind", [AdaGrad, RMSProp, Adam, AdamW])
def test_an_eps_too_small_for_the_type_leaves_alone_what_has_no_gradient(kind: type[Adam]) -> None:
    parameters, gradient = torch.ones(1, 2), torch.tensor([[0.0, 1.0]])
    update([kind(lr=0.5, eps=5e-324)], parameters, gradient)(torch.tensor([[0.5]]))
    assert parameters.isfinite().all()
    assert parameters[0, 0] == pytest.approx(1.0, abs=0.01)  # AdamW's decay: 0.5 · 0.01
