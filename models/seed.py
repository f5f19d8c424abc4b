"""Randomness as a pure function of (seed, purpose, place, step)."""

from hashlib import blake2b
from typing import Literal

import torch
from torch import Generator, Tensor

Purpose = Literal["weights", "order", "dropout"]


def stream(seed: int, purpose: Purpose, place: str, step: int) -> int:
    """The 63-bit seed of one draw. Hashed, so that neighbouring seeds and steps share nothing."""
    key = f"gradus {seed} {purpose} {place} {step}".encode()
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1


def generator(seed: int, purpose: Purpose, place: str = "", step: int = 0, device: str = "cpu") -> Generator:
    """A fresh generator for one draw on a device; equal arguments, equal numbers."""
    return torch.Generator(device).manual_seed(stream(seed, purpose, place, step))


def epoch_order(seed: int, epoch: int, examples: int, device: torch.device) -> Tensor:
    """The order of an epoch (1 = the first): a permutation of the examples, int64, (examples,)."""
    draws = generator(seed, "order", step=epoch, device=device.type)
    return torch.randperm(examples, generator=draws, device=device)
