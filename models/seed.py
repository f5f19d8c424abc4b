"""Random numbers as a pure function of (seed, purpose, layer, step)."""

from hashlib import blake2b
from typing import Literal

import torch
from torch import Generator, Tensor

Purpose = Literal["weights", "order", "dropout", "augment"]


def stream(seed: int, purpose: Purpose, layer: str, step: int) -> int:
    """The 63-bit seed of one generator: a hash, so that adjacent seeds and steps are unrelated."""
    key = f"gradus {seed} {purpose} {layer} {step}".encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1


def generator(seed: int, purpose: Purpose, layer: str = "", step: int = 0, device: str = "cpu") -> Generator:
    """A new random generator on a device; equal arguments give equal numbers."""
    return torch.Generator(device).manual_seed(stream(seed, purpose, layer, step))


def epoch_permutation(seed: int, epoch: int, examples: int, device: torch.device) -> Tensor:
    """The permutation of the examples in an epoch (1 = the first), int64, (examples,)."""
    random = generator(seed, "order", step=epoch, device=device.type)
    return torch.randperm(examples, generator=random, device=device)
