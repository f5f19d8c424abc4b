"""How many of an epoch's steps are taken as one chunk."""

from itertools import pairwise

from gradus.spec.augment import Augment, mixes
from gradus.spec.memory import evaluation_rows
from gradus.spec.network import NetworkPlan

STEP_SECONDS = 1.5e-4
"""Fixed cost of a step, for the smallest network."""
MULTIPLICATIONS_PER_SECOND = 5e10
"""Speed of a slow CPU core; on a faster device a chunk takes less time."""
WEIGHTS_PER_SECOND = 6e8
"""Weights that a slow CPU updates per second, with eight passes over memory per step: the bottleneck of small
batches."""
INPUTS_PER_SECOND = 4e8
"""Inputs that a slow CPU gathers and scales per second: the bottleneck of small networks for large images."""
CHANGES_PER_SECOND = 2e8
"""Inputs that a slow CPU changes per second, by one word of augmentation."""
CHUNK_SECONDS = 0.25
MAX_CHUNK_OUTPUTS = 2**20
"""Maximum size of the network outputs of a chunk, which are kept until its end for the loss."""


def chunk_steps(network: NetworkPlan, batch: int, members: int, words: Augment) -> int:
    """Steps per chunk: a quarter of a second on a slow machine. Depends only on the network's shape, the batch size and
    the kinds of augmentation."""
    fit = int(CHUNK_SECONDS / step_seconds(network, batch, members, words))
    room = MAX_CHUNK_OUTPUTS // (batch * members * network.outputs)
    return max(1, min(fit, room))


def longest_piece(network: NetworkPlan, batch: int, members: int, words: Augment) -> float:
    """Estimated seconds of the longest piece of work without a sign of progress: a step, an evaluation batch, or the
    initialization of a layer, which is slowest with orthogonal weights."""
    weights = [tensor for layer in network.layers for tensor in layer.tensors if tensor.is_weight]
    initialization = max(4 * tensor.size * min(tensor.shape) for tensor in weights)
    evaluation = evaluation_rows(network) * members * network.multiply_adds
    step = step_seconds(network, batch, members, words)
    return max(step, max(initialization, evaluation) / MULTIPLICATIONS_PER_SECOND)


def step_seconds(network: NetworkPlan, batch: int, members: int, words: Augment) -> float:
    """Estimated seconds of a step of an array, on a slow core."""
    products, weights = 3 * batch * members * network.multiply_adds, members * network.weights
    computed = max(products / MULTIPLICATIONS_PER_SECOND, weights / WEIGHTS_PER_SECOND)
    inputs = batch * members * network.inputs * (2 if mixes(words) else 1)
    return STEP_SECONDS + computed + inputs * (1 / INPUTS_PER_SECOND + len(words) / CHANGES_PER_SECOND)


def chunks(first: int, steps: int, length: int, *, tail: bool) -> list[range]:
    """The steps [first, steps) of an epoch in chunks. All but the first start at multiples of `length`; a smaller last
    batch is a chunk of its own. A run that continues within an epoch may start between multiples.
    """
    full = steps - 1 if tail else steps
    bounds = [*range(0, full, length), full] + [steps] * tail
    return [range(a, b) for a, b in pairwise([first, *(bound for bound in bounds if bound > first)])]
