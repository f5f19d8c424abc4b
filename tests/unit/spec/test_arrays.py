"""How experiments are divided into arrays."""

import pytest

from gradus.array import ARRAY_BYTES, MAX_ARRAY, Room, arrays, largest_array
from gradus.resolved import ResolvedSpec
from gradus.spec.experiment import Spec
from tests.built_in import resolved


def digits(**changes: object) -> ResolvedSpec:
    return resolved(Spec(**{"dataset": "digits", "layers": [8], **changes}))


def test_members_of_one_shape_train_together_in_their_order() -> None:
    members = [digits(seed=0), digits(layers=[9]), digits(seed=1, init="zeros"), digits(layers=[9], dropout=0.5)]
    assert arrays(members) == [[0, 2], [1, 3]]


def test_an_array_has_a_largest_size_and_the_pieces_are_as_equal_as_can_be() -> None:
    members = [digits(seed=seed) for seed in range(MAX_ARRAY + 6)]
    pieces = arrays(members)
    assert [len(piece) for piece in pieces] == [35, 35]  # 70 = 2 · 35
    assert [place for piece in pieces for place in piece] == list(range(70))


def test_every_slot_gets_its_share() -> None:
    members = [digits(seed=seed) for seed in range(10)]
    assert [len(piece) for piece in arrays(members, Room(slots=4))] == [2, 3, 2, 3]  # at most ceil(10 / 4) = 3
    assert [len(piece) for piece in arrays(members, Room(slots=100))] == [1] * 10


def test_a_large_network_makes_small_arrays() -> None:
    large = resolved(Spec(dataset="mnist", layers=[5_000, 5_000]))
    assert largest_array(large, gpu=True) == ARRAY_BYTES // large.member_bytes < 5
    assert (
        largest_array(resolved(Spec(dataset="mnist", layers=[100_000, 10_000])), gpu=True) == 1
    )  # larger than the whole room
    assert largest_array(digits(), gpu=False) == MAX_ARRAY


def test_what_is_ended_by_the_clock_trains_alone() -> None:
    members = [digits(seed=seed, max_seconds=60) for seed in range(2)] + [digits(seed=seed) for seed in range(2)]
    assert arrays(members) == [[0], [1], [2, 3]]


def test_a_members_memory_is_that_of_a_run_without_its_data() -> None:
    data = 1797 * (64 * 4 + 8) + 8 * (1438 - 143)  # 64 floats and a class each; an epoch's order
    assert digits().memory_bytes - digits().member_bytes == data


@pytest.mark.parametrize(("units", "most"), [(300, 1), (50, 8), (4, 21)])  # 2.3, 0.52 and 0.19 MB a step, of 4 MiB
def test_on_a_cpu_an_array_is_no_larger_than_a_cores_caches(units: int, most: int) -> None:
    spec = Spec(dataset="mnist", layers=[units], batch_size=50, optimizer="sgd")
    assert largest_array(resolved(spec), gpu=False) == most
    assert largest_array(resolved(spec), gpu=True) == MAX_ARRAY
    assert largest_array(resolved(spec.model_copy(update={"device": "cpu"})), gpu=True) == most
