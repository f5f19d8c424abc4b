"""Clipping equals `torch.nn.utils.clip_grad_norm_`."""

import pytest
import torch

from models.clip import Clip, GlobalNorm


@pytest.mark.parametrize("limit", [0.01, 1.0, 100.0])
def test_a_clipped_gradient_is_torchs(limit: float) -> None:
    gradient = torch.randn(1, 50, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    theirs = torch.zeros(50, dtype=torch.float64, requires_grad=True)
    theirs.grad = gradient[0].clone()
    expected = torch.nn.utils.clip_grad_norm_([theirs], limit)
    norm = GlobalNorm(gradient)(torch.empty(1, dtype=torch.float64))
    Clip([limit], gradient)(gradient, norm)
    assert norm.item() == pytest.approx(expected.item(), rel=1e-12)
    torch.testing.assert_close(gradient[0], theirs.grad, rtol=1e-12, atol=0)


def test_a_member_without_a_limit_keeps_its_gradient_whatever_its_norm() -> None:
    gradient = torch.tensor([[3.0, 4.0], [3.0, 4.0], [torch.inf, 1.0]])
    norm = GlobalNorm(gradient)(torch.empty(3))
    Clip([1.0, None, None], gradient)(gradient, norm)
    assert norm.tolist() == [5.0, 5.0, torch.inf]
    assert gradient[0].tolist() == pytest.approx([0.6, 0.8], rel=1e-6)
    assert gradient[1:].tolist() == [[3.0, 4.0], [torch.inf, 1.0]]
