"""Random numbers as a pure function of seed, purpose and place."""

from hashlib import blake2b

import numpy as np


def draws(seed: int, purpose: str, *place: int) -> np.random.Generator:
    """A new generator. Equal arguments give equal numbers; a hash makes adjacent seeds unrelated."""
    key = " ".join(map(str, ("gradus lab", seed, purpose, *place)))
    return np.random.Generator(np.random.PCG64(int.from_bytes(blake2b(key.encode(), digest_size=16).digest(), "big")))
