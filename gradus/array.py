"""Arrays: which experiments can train side by side as one unit of work, and how they are dealt out to such units.

Pure arithmetic: the hub plans jobs with it, and `worker.training` holds the engine to it.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from gradus.spec.experiment import Experiment
from gradus.spec.initializer import Zeros
from gradus.spec.memory import member_bytes
from gradus.spec.network import NetworkPlan, plan

Shape = tuple[object, ...]

MAX_ARRAY = 64
"""Members of one array: beyond it a step costs as much for each member as before, and a lost array loses more."""
ARRAY_BYTES = 4 * 2**30
"""Memory that the members of an array may take beside the data set, by the estimate."""


def array_shape(experiment: Experiment) -> Shape:
    """Equal for experiments that can train as one array; hashable.

    They share the network's shape, batch normalisation, activations, kind of optimizer, batch size, data set,
    precision and device wish. Seeds, initialisers, rates, factors, schedules, epochs and stopping rules may differ.
    """
    resolved = experiment.resolved()
    return (
        _network_shape(plan(experiment)),
        resolved.dataset,
        resolved.batch_size,
        type(resolved.optimizer),
        resolved.precision,
        resolved.device,
    )


def arrays(experiments: Sequence[Experiment], slots: int = 1, most: int = MAX_ARRAY) -> list[list[int]]:
    """The numbers of the experiments that train together, array by array, each in its order; `most` in each.

    No array is so large that some of the slots, each of which trains one array at a time, would have nothing to do.
    An experiment with `max_seconds` trains alone: beside others its seconds would be theirs, too.
    """
    shapes: dict[Shape, list[int]] = {}
    for place, experiment in enumerate(experiments):
        own = (place,) if experiment.max_seconds is not None else ()
        shapes.setdefault((*array_shape(experiment), *own), []).append(place)
    share = min(most, -(-len(experiments) // max(1, slots)))
    dealt: list[list[int]] = []
    for places in shapes.values():
        dealt += _cut(places, min(share, largest_array(experiments[places[0]])))
    return dealt


def largest_array(experiment: Experiment) -> int:
    """How many such members an array may have."""
    return max(1, min(MAX_ARRAY, ARRAY_BYTES // member_bytes(experiment)))


def _cut(places: list[int], most: int) -> list[list[int]]:
    """Pieces of at most so many, as equal as can be."""
    pieces = -(-len(places) // most)
    bounds = [piece * len(places) // pieces for piece in range(pieces + 1)]
    return [places[first:last] for first, last in pairwise(bounds)]


def _network_shape(network: NetworkPlan) -> NetworkPlan:
    """The plan without what may differ from member to member."""
    layers = tuple(replace(layer, init=Zeros(), dropout=0.0) for layer in network.layers)
    return replace(network, input_dropout=0.0, layers=layers)
