"""Chunks: an epoch's steps in pieces, between which a run can be stopped."""

from itertools import pairwise

from gradus.spec.memory import evaluation_rows
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
    fit = int(CHUNK_SECONDS / _step_seconds(network, batch, members))
    room = CHUNK_OUTPUTS // (batch * members * network.outputs)
    return max(1, min(fit, room))


def longest_piece(network: NetworkPlan, batch: int, members: int) -> float:
    """Seconds of the longest piece of work that nothing interrupts: a step, a slice of an evaluation, or drawing the
    weights of a layer, of which the orthogonal ones take longest."""
    drawing = max(4 * layer.weights * min(layer.fan_in, layer.units) for layer in network.layers)
    evaluation = evaluation_rows(network) * members * sum(layer.weights for layer in network.layers)
    return max(_step_seconds(network, batch, members), max(drawing, evaluation) / NUMBERS_PER_SECOND)


def _step_seconds(network: NetworkPlan, batch: int, members: int) -> float:
    weights = members * sum(layer.weights for layer in network.layers)
    return STEP_SECONDS + max(3 * batch * weights / NUMBERS_PER_SECOND, weights / WEIGHTS_PER_SECOND)


def chunks(first: int, steps: int, length: int, *, tail: bool) -> list[range]:
    """The steps [first, steps) of an epoch in chunks; all but the first start at multiples of length, and a smaller
    last batch stands alone. A run that goes on in the middle of an array of another size may begin between multiples.
    """
    full = steps - 1 if tail else steps
    bounds = [*range(0, full, length), full] + [steps] * tail
    return [range(a, b) for a, b in pairwise([first, *(bound for bound in bounds if bound > first)])]
