"""Random numbers."""

from hashlib import blake2b

import torch

from export.script.pieces.given import DEVICE, SEED


def generator(purpose: str, place: str = "", step: int = 0, device: str = DEVICE, seed: int = SEED) -> torch.Generator:
    """Random numbers that depend only on the seed, their purpose, the layer and the step. So the weights of one layer
    do not change when another layer is added."""
    key = f"gradus {seed} {purpose} {place} {step}".encode()
    number = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 1
    return torch.Generator(device).manual_seed(number)
