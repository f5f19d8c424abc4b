"""Measures which library computes large matrix products faster on this CPU."""

from collections.abc import Callable
from functools import cache
from time import perf_counter

import torch
from torch import Tensor

from models.precision import Products

BATCH, FAN_IN, UNITS = 64, 784, 300
"""A typical large layer. Larger products give the same result; small ones always use MKL."""
ROUNDS = 15
GAIN = 0.85
"""oneDNN is chosen if its time is less than this share of MKL's. A product that is measured alone finds its operands in
the caches. Within a step it does not, and there a measured share of 0.9 was a tie. Besides, noise near a tie must not
change the bits of runs."""


@cache
def fastest_products() -> str:
    """The faster library with one thread for each kind of large product, as in a `CpuName`. Measuring takes about 0.1
    s, once for a process and those forked from it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            return "".join(map(_faster, _products()))
    finally:
        torch.set_num_threads(threads)


def _products() -> list[tuple[Tensor, Tensor, Tensor, Tensor | None]]:
    """The operands, result and bias of x W + b, xᵀ dz and dz Wᵀ of a layer."""
    x, w, dz = torch.rand(1, BATCH, FAN_IN), torch.rand(1, FAN_IN, UNITS), torch.rand(1, BATCH, UNITS)
    bias = torch.rand(1, 1, UNITS)
    return [
        (x, w, torch.empty_like(dz), bias),
        (x.mT, dz, torch.empty_like(w), None),
        (dz, w.mT, torch.empty_like(x), None),
    ]


def _faster(product: tuple[Tensor, Tensor, Tensor, Tensor | None]) -> str:
    onednn, mkl = (Products(None, library * 3).bind(*product) for library in "om")
    times = [(_seconds(onednn), _seconds(mkl)) for _ in range(ROUNDS)][2:]  # the first rounds create kernels
    least_onednn, least_mkl = map(min, zip(*times, strict=True))
    return "o" if least_onednn < GAIN * least_mkl else "m"


def _seconds(run: Callable[[], object]) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began
