"""The cache of loaded models, whose memory is limited."""

import threading
import weakref
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from api.prediction.model import Model
from api.prediction.models import ModelCache
from api.services.loaded_models import SESSION_BYTES
from export.build import build
from export.session import Session
from tests.unit.api.asked import model as small
from tests.unit.api.asked import network, number


def model(size: int) -> Model:
    """A substitute for a model of this size, which is all that the cache knows about a model."""
    return cast("Model", SimpleNamespace(bytes=size))


def test_a_model_is_loaded_once_and_kept_while_there_is_room() -> None:
    cache, loads = ModelCache(max_bytes=100), []

    def load(key: str, size: int) -> Model:
        return cache.get(key, lambda: loads.append(key) or model(size))  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):  # c drops b, which was not asked for longest
        load(key, 40)
    assert loads == ["a", "b", "c", "b"]
    assert cache.bytes == 80


def test_500_models_in_turn_stay_within_the_limit() -> None:
    cache = ModelCache(max_bytes=1000)
    for i in range(500):
        cache.get(str(i), lambda: model(90))
        assert cache.bytes <= 1000


def test_500_loaded_networks_in_turn_leave_those_that_fit() -> None:
    """With real sessions: the memory of a dropped model is freed, even if the model was used."""
    template = small(number("x"), layers=[16])
    content = build(network(number("x"), layers=[16]), {}).content
    cache, seen = ModelCache(max_bytes=20 * SESSION_BYTES), []

    def load() -> Model:
        loaded = replace(template, session=Session(content), bytes=2 * len(content) + SESSION_BYTES)
        seen.append(weakref.ref(loaded))
        return loaded

    for i in range(500):
        asked = cache.get(str(i), load)
        assert asked.session.run({"x": np.zeros((1, 1))})["prediction"].shape == (1, 1)
    del asked
    assert len(seen) == 500
    assert sum(one() is not None for one in seen) == cache.bytes // (2 * len(content) + SESSION_BYTES) == 19


def test_a_model_above_the_limit_answers_and_is_not_kept() -> None:
    cache = ModelCache(max_bytes=10)
    assert cache.get("a", lambda: model(11)).bytes == 11
    assert cache.bytes == 0


def test_a_model_above_the_limit_drives_no_other_out() -> None:
    cache = ModelCache(max_bytes=10)
    small = cache.get("a", lambda: model(5))
    cache.get("b", lambda: model(11))
    assert cache.bytes == 5
    assert cache.get("a", lambda: model(5)) is small


def test_those_who_ask_at_once_wait_for_one_load() -> None:
    cache, loads, begun, done = ModelCache(), [], threading.Event(), threading.Event()

    def load() -> Model:
        loads.append(1)
        begun.set()
        done.wait(10)
        return model(1)

    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(cache.get("a", load))) for _ in range(5)]
    for thread in threads:
        thread.start()
    begun.wait(10)
    done.set()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len({id(one) for one in found}) == 1


def test_after_a_load_that_failed_one_of_those_who_wait_loads_alone() -> None:
    cache, loads = ModelCache(), []
    begun, fails, loading, done = (threading.Event() for _ in range(4))

    def fail() -> Model:
        begun.set()
        fails.wait(10)
        raise ValueError("no")

    def load() -> Model:
        loads.append(1)
        loading.set()
        done.wait(10)
        return model(1)

    def first() -> None:
        with pytest.raises(ValueError, match="no"):
            cache.get("a", fail)

    threads = [threading.Thread(target=one) for one in (first, lambda: cache.get("a", load))]
    threads[0].start()
    begun.wait(10)
    threads[1].start()
    threads[1].join(0.2)  # it waits for the first
    fails.set()
    loading.wait(10)
    threads.append(threading.Thread(target=lambda: cache.get("a", load)))
    threads[2].start()
    threads[2].join(0.2)  # it waits for the second
    done.set()
    for thread in threads:
        thread.join()
    assert len(loads) == 1


def test_a_load_that_fails_is_tried_again() -> None:
    cache = ModelCache()

    def fail() -> Model:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("a", fail)
    assert cache.get("a", lambda: model(1)).bytes == 1
