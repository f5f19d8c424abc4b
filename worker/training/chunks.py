"""Chunks: an epoch's steps in pieces, between which a run can be stopped."""

from itertools import pairwise

from gradus.spec.network import NetworkPlan

STEP_SECONDS = 1.5e-4
"""What a step costs however small the network is."""
NUMBERS_PER_SECOND = 5e10
"""Multiplications that a core does in a second; a fast device has shorter chunks, never longer ones."""
WEIGHTS_PER_SECOND = 6e8
"""Weights whose step's eight passes through memory a slow CPU does in a second: what counts in small batches."""
CHUNK_SECONDS = 0.25
CHUNK_OUTPUTS = 2**20
"""Outputs of a chunk's steps that are kept until its end, for the loss."""


def chunk_steps(network: NetworkPlan, batch: int, members: int) -> int:
    """Steps between two pulses: a quarter of a second's on a slow machine. A function of the shape alone."""
    weights = members * sum(layer.weights for layer in network.layers)
    work = max(3 * batch * weights / NUMBERS_PER_SECOND, weights / WEIGHTS_PER_SECOND)
    fit = int(CHUNK_SECONDS / (STEP_SECONDS + work))
    room = CHUNK_OUTPUTS // (batch * members * network.outputs)
    return max(1, min(fit, room))


def chunks(first: int, steps: int, length: int, *, tail: bool) -> list[range]:
    """The steps [first, steps) of an epoch in chunks; all but the first start at multiples of length, and a smaller
    last batch stands alone. A run that goes on in the middle of an array of another size may begin between multiples.
    """
    full = steps - 1 if tail else steps
    bounds = [*range(0, full, length), full] + [steps] * tail
    return [range(a, b) for a, b in pairwise([first, *(bound for bound in bounds if bound > first)])]
