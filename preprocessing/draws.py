"""Random draws that belong to a data set: the same in every run, process, machine and library version."""

import hashlib

import numpy as np
from numpy.typing import NDArray


def drawn_words(digest: str, purpose: str, seed: int, n: int) -> NDArray[np.uint64]:
    """n random 64-bit words, which depend only on the data set's digest, the purpose and the seed. The first words do
    not depend on n.

    Raw words of PCG64, seeded by SeedSequence with the SHA-256 of `digest/purpose/seed`. numpy guarantees these
    streams, while `Generator.permutation` may change (NEP 19).
    """
    entropy = hashlib.sha256(f"{digest}/{purpose}/{seed}".encode()).digest()
    words: NDArray[np.uint64] = np.random.PCG64(np.random.SeedSequence(int.from_bytes(entropy))).random_raw(n)
    return words
