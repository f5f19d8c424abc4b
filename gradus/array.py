"""Arrays: groups of experiments that train together as one job.

Pure arithmetic: the hub plans jobs with it, and the training engine checks its members with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gradus.resolved import ResolvedSpec
from gradus.spec.augment import same_kinds
from gradus.spec.device import Device, choice_of
from gradus.spec.memory import step_bytes
from gradus.spec.network import NetworkPlan

Shape = tuple[object, ...]

MAX_ARRAY = 64
"""Maximum members of an array. In a larger array a step is no cheaper per member, and a lost array loses more work."""
ARRAY_BYTES = 4 * 2**30
"""Limit of the estimated memory of an array's members, without the data set."""
CACHE_BYTES = 4 * 2**20
"""Limit of the memory that a step of an array touches on a CPU: about a core's share of the caches. Beyond it, a step
reads each member from main memory: an epoch of the lecture's network took 0.54 s in arrays of eight, and 0.41 s
alone."""


@dataclass(frozen=True)
class Room:
    """The capacity for arrays."""

    slots: int = 1
    """Number of arrays that can train at the same time."""
    gpu: bool = False
    """Whether a slot has a GPU, which larger arrays use better."""
    cpu_slots: int | None = None
    """Number of arrays of experiments that ask for a CPU that can train at the same time; None for `slots`."""

    def slots_for(self, device: Device) -> int:
        """The number of slots for experiments that request this device."""
        return self.slots if self.cpu_slots is None or choice_of(device) != "cpu" else self.cpu_slots


def array_shape(resolved: ResolvedSpec) -> Shape:
    """A hashable key, equal for experiments that can train in one array.

    They must have the same network shape, batch normalization, activations, kinds of optimizer and loss, batch size,
    data set, kinds of augmentation, precision and `device`. Seeds, initializers (unless one is in NTK form), rates,
    factors, numbers of the augmentation, schedules, epochs and early stopping may differ.
    """
    spec = resolved.spec
    return (
        _network_shape(resolved.network),
        spec.dataset.without_augmentation(),
        same_kinds(spec.dataset.augment),
        spec.batch_size,
        type(spec.optimizer),
        type(spec.loss),
        spec.precision,
        spec.device,
    )


def arrays(experiments: Sequence[ResolvedSpec], room: Room = Room(), most: int = MAX_ARRAY) -> list[list[int]]:
    """Group experiments into arrays of at most `most` members; returns the indices of each array's members, in order.

    Arrays are small enough that every slot, each of which trains one array at a time, gets work.
    An experiment with `max_seconds` trains alone, because in an array its time would include that of the others.
    """
    shapes: dict[Shape, list[int]] = {}
    for place, experiment in enumerate(experiments):
        own = (place,) if experiment.spec.max_seconds is not None else ()
        shapes.setdefault((*array_shape(experiment), *own), []).append(place)
    dealt: list[list[int]] = []
    for places in shapes.values():
        first = experiments[places[0]]
        share = -(-len(experiments) // room.slots_for(first.spec.device))
        dealt += _cut(places, min(most, share, largest_array(first, gpu=room.gpu)))
    return dealt


def largest_array(resolved: ResolvedSpec, *, gpu: bool) -> int:
    """Maximum members of an array of such experiments, with or without a GPU."""
    fit = ARRAY_BYTES // resolved.member_bytes
    if not gpu or choice_of(resolved.spec.device) == "cpu":
        fit = min(fit, CACHE_BYTES // step_bytes(resolved.spec, resolved.data, resolved.network))
    return max(1, min(MAX_ARRAY, fit))


def _cut(places: list[int], most: int) -> list[list[int]]:
    """Split into pieces of at most `most`, of nearly equal size."""
    pieces = -(-len(places) // most)
    bounds = [piece * len(places) // pieces for piece in range(pieces + 1)]
    return [places[first:last] for first, last in pairwise(bounds)]


def _network_shape(network: NetworkPlan) -> NetworkPlan:
    """The plan without the parts that may differ between the members of an array."""
    layers = tuple(layer.alike() for layer in network.layers)
    return replace(network, input_dropout=0.0, layers=layers)
