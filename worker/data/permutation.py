"""Random permutations that belong to a data set: the same for every run, process, machine and library version."""

import hashlib

import numpy as np
from numpy.typing import NDArray


def fixed_permutation(name: str, purpose: str, n: int) -> NDArray[np.intp]:
    """A permutation of n examples, shape (n,), which depends only on the data set's name, the purpose and n.

    Sorts n raw 64-bit words of PCG64, seeded by SeedSequence with the SHA-256 of `name/purpose`. numpy guarantees these
    streams, while `Generator.permutation` may change (NEP 19).
    """
    digest = hashlib.sha256(f"{name}/{purpose}".encode()).digest()
    words = np.random.PCG64(np.random.SeedSequence(int.from_bytes(digest))).random_raw(n)
    return np.argsort(words, kind="stable")
