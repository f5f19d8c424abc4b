"""Which connections are closed when there are too many, or when too much data waits for their clients."""

import pytest

from api.http.connections import IGNORED_UNSENT_BYTES, MAX_CONNECTIONS, MAX_UNSENT_BYTES, Connections, room


class Connection:
    def __init__(self) -> None:
        self.gone = False

    def shed(self) -> None:
        self.gone = True


def opened(connections: Connections, count: int) -> list[Connection]:
    new = [Connection() for _ in range(count)]
    assert all(map(connections.opened, new))
    return new


def test_the_longest_idle_makes_room_and_who_was_answered_last_is_the_youngest() -> None:
    connections = Connections(3)
    first, second, third = opened(connections, 3)
    connections.busy(first)
    connections.idle(first)
    opened(connections, 2)
    assert [one.gone for one in (first, second, third)] == [False, True, True]
    assert len(connections) == 3


def test_nobody_who_is_answered_makes_room() -> None:
    connections = Connections(2)
    busy = opened(connections, 2)
    for one in busy:
        connections.busy(one)
    assert not connections.opened(Connection())
    connections.closed(busy[0])
    opened(connections, 1)
    assert not any(one.gone for one in busy)


def test_answers_that_wait_too_long_for_their_clients_are_given_up_the_oldest_first() -> None:
    connections = Connections(10)
    first, second, third, small = opened(connections, 4)
    connections.blocked(small, IGNORED_UNSENT_BYTES - 1)
    for one in (first, second, third):
        connections.blocked(one, MAX_UNSENT_BYTES // 2)
    assert [one.gone for one in (first, second, third, small)] == [True, False, False, False]
    connections.unblocked(second)
    connections.blocked(small, MAX_UNSENT_BYTES // 2)
    assert not third.gone


@pytest.mark.parametrize(("limit", "most"), [(1024, 768), (256, 128), (20_000, MAX_CONNECTIONS), (1, 1)])
def test_files_are_left_for_the_rest_of_the_service(limit: int, most: int) -> None:
    assert room(limit) == most
