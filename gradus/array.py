"""Arrays: which experiments can train side by side as one unit of work, and how they are dealt out to such units.

Pure arithmetic: the hub plans jobs with it, and `worker.training` holds the engine to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gradus.resolved import ResolvedSpec
from gradus.spec.initializer import Zeros
from gradus.spec.memory import member_bytes, step_bytes
from gradus.spec.network import NetworkPlan

Shape = tuple[object, ...]

MAX_ARRAY = 64
"""Members of one array: beyond it a step costs as much for each member as before, and a lost array loses more."""
ARRAY_BYTES = 4 * 2**30
"""Memory that the members of an array may take beside the data set, by the estimate."""
CACHE_BYTES = 4 * 2**20
"""What the steps of an array may pass over on a CPU: about a core's share of its caches. Beyond it a step fetches each
member from memory again: the lecture's network took 0.54 s an epoch in arrays of eight, and 0.41 alone."""


@dataclass(frozen=True)
class Room:
    """What there is to train arrays on."""

    slots: int = 1
    """Arrays that train at once."""
    gpu: bool = False
    """Whether any of them is on a GPU, which larger arrays fill better."""


def array_shape(resolved: ResolvedSpec) -> Shape:
    """Equal for experiments that can train as one array; hashable.

    They share the network's shape, batch normalization, activations, kind of optimizer, batch size, data set,
    precision and device wish. Seeds, initializers, rates, factors, schedules, epochs and stopping rules may differ.
    """
    spec = resolved.spec
    return (
        _network_shape(resolved.network),
        spec.dataset,
        spec.batch_size,
        type(spec.optimizer),
        spec.precision,
        spec.device,
    )


def arrays(experiments: Sequence[ResolvedSpec], room: Room = Room(), most: int = MAX_ARRAY) -> list[list[int]]:
    """The numbers of the experiments that train together, array by array, each in its order; `most` in each.

    No array is so large that some of the slots, each of which trains one array at a time, would have nothing to do.
    An experiment with `max_seconds` trains alone: beside others its seconds would be theirs, too.
    """
    shapes: dict[Shape, list[int]] = {}
    for place, experiment in enumerate(experiments):
        own = (place,) if experiment.spec.max_seconds is not None else ()
        shapes.setdefault((*array_shape(experiment), *own), []).append(place)
    share = min(most, -(-len(experiments) // room.slots))
    dealt: list[list[int]] = []
    for places in shapes.values():
        dealt += _cut(places, min(share, largest_array(experiments[places[0]], gpu=room.gpu)))
    return dealt


def largest_array(resolved: ResolvedSpec, *, gpu: bool) -> int:
    """How many such members an array may have, where there is a GPU or not."""
    fit = ARRAY_BYTES // member_bytes(resolved.spec, resolved.network)
    if not gpu or resolved.spec.device == "cpu":
        fit = min(fit, CACHE_BYTES // step_bytes(resolved.spec, resolved.network))
    return max(1, min(MAX_ARRAY, fit))


def _cut(places: list[int], most: int) -> list[list[int]]:
    """Pieces of at most so many, as equal as can be."""
    pieces = -(-len(places) // most)
    bounds = [piece * len(places) // pieces for piece in range(pieces + 1)]
    return [places[first:last] for first, last in pairwise(bounds)]


def _network_shape(network: NetworkPlan) -> NetworkPlan:
    """The plan without what may differ from member to member."""
    layers = tuple(replace(layer, init=Zeros(), dropout=0.0) for layer in network.layers)
    return replace(network, input_dropout=0.0, layers=layers)
