"""The matrix products in each precision, including large ones."""

import platform
from functools import partial

import pytest
import torch
from torch import Tensor

from gradus.spec.precision import Precision
from models.precision import ONEDNN_FROM, Products, products
from models.product_library import fastest_products

SHAPES = [(50, 784, 300), (3, 4, 5), (1, 7, 2)]


def _random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _rounded(x: Tensor, precision: Precision) -> Tensor:
    return (x.bfloat16() if precision == "bfloat16" else x).double()


def test_the_shapes_are_on_both_sides_of_the_threshold() -> None:
    work = [b * fan_in * units for b, fan_in, units in SHAPES]
    assert max(work) > ONEDNN_FROM > min(work)


def _product(precision: Precision, a: Tensor, b: Tensor, bias: Tensor | None = None) -> Tensor:
    out = torch.empty(len(a), a.shape[1], b.shape[2])
    products(precision).bind(a, b, out, bias)()
    return out.double()


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(("batch", "fan_in", "units"), SHAPES)
def test_products_are_those_of_the_rounded_operands(batch: int, fan_in: int, units: int, precision: Precision) -> None:
    x, w, dz = _random(2, batch, fan_in, seed=0), _random(2, fan_in, units, seed=1), _random(2, batch, units, seed=2)
    bias = _random(2, 1, units, seed=3)
    rx, rw, rz = (_rounded(operand, precision) for operand in (x, w, dz))
    cases = [
        (_product(precision, x, w, bias), rx @ rw + bias),
        (_product(precision, x, w), rx @ rw),
        (_product(precision, x.mT, dz), rx.mT @ rz),
        (_product(precision, dz, w.mT), rz @ rw.mT),
    ]
    for ours, expected in cases:
        torch.testing.assert_close(ours, expected, rtol=1e-5, atol=2e-4)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_bound_product_follows_its_operands(precision: Precision) -> None:
    a, b, out = torch.ones(1, 2, 2), torch.ones(1, 2, 2), torch.empty(1, 2, 2)
    run = products(precision).bind(a, b, out)
    run()
    b.fill_(3)
    run()
    assert (out == 6).all()


def test_members_that_share_their_inputs_need_no_copy_of_them() -> None:
    x, w = _random(1, 50, 784, seed=0).expand(3, -1, -1), _random(3, 784, 300, seed=1)
    torch.testing.assert_close(_product("float32", x, w), (x.double() @ w.double()), rtol=1e-4, atol=1e-4)


LARGE = 128, 400, 90
"""Batch size, fan_in and units of a layer with 4.6 million multiplications in each product."""


def products_of_a_layer(libraries: str) -> list[tuple[bool, Tensor]]:
    """For each of x W + b, xᵀ dz and dz Wᵀ: whether MKL computes it, and the result."""
    draws = torch.Generator().manual_seed(0)
    batch, fan_in, units = LARGE
    x, w, dz = (torch.randn(2, *shape, generator=draws) for shape in ((batch, fan_in), (fan_in, units), (batch, units)))
    made = Products(None, libraries)
    bound = []
    for a, b, bias in ((x, w, torch.randn(2, 1, units, generator=draws)), (x.mT, dz, None), (dz, w.mT, None)):
        out = torch.empty(2, a.shape[1], b.shape[2])
        run = made.bind(a, b, out, bias)
        run()
        bound.append((isinstance(run, partial), out))
    return bound


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="only x86 has the choice")
@pytest.mark.parametrize("libraries", ["ooo", "omm", "mom", "mmo", "mmm"])
def test_each_product_of_a_layer_has_the_library_of_its_letter(libraries: str) -> None:
    found = products_of_a_layer(libraries)
    assert [is_mkl for is_mkl, _ in found] == [letter == "m" for letter in libraries]
    for (_, result), (_, reference) in zip(found, products_of_a_layer("mmm"), strict=True):
        torch.testing.assert_close(result, reference, rtol=1e-4, atol=1e-4)


def test_the_choice_is_a_letter_for_each_product_and_stays() -> None:
    assert set(fastest_products()) <= {"o", "m"}
    assert len(fastest_products()) == 3
    assert fastest_products() is fastest_products()
