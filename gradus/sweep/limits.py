"""What a sweep may come to: each bound is a sentence about the whole request, found before anything is written out."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from gradus.errors import InvalidSpec
from gradus.sweep.changes import Change
from gradus.sweep.request import SweepRequest
from gradus.wire.problem import Mistake

MAX_LAYERS = 10_000
"""Layers of all experiments together: to write so many out takes about three seconds."""
MAX_BYTES = 8 * 2**20
"""Of all experiments' documents together."""

Check = Callable[[], None]
"""Called again and again while a sweep is written out; raises what ends that."""


def nothing_to_check() -> None:
    """For who waits as long as it takes."""


def refuse_size(request: SweepRequest, changes: Sequence[Change]) -> None:
    """The base stands in every experiment, with its notes and tags, and so does each value of a change.

    Raises:
        InvalidSpec: together they are too large.
    """
    assert request.seeds is not None
    sizes: dict[int, int] = {}  # by identity: a value of a grid stands in many changes

    def size(value: Any) -> int:
        if id(value) not in sizes:
            sizes[id(value)] = len(json.dumps(value))
        return sizes[id(value)]

    changed = sum(size(value) + len(key) for change in changes for key, value in change.changes.items())
    total = len(request.seeds) * (len(changes) * len(request.base.model_dump_json()) + changed)
    if total > MAX_BYTES:
        raise _over(
            "base",
            f"the experiments come to {total // 2**20 + 1:,} MiB, and a sweep may have {MAX_BYTES // 2**20}: "
            "take fewer of them, shorter notes, or smaller values",
        )


def refuse_layers(layers: int, request: SweepRequest) -> None:
    """layers: of one experiment of each change so far, added up.

    Raises:
        InvalidSpec: with all seeds they are too many.
    """
    assert request.seeds is not None
    if layers * len(request.seeds) > MAX_LAYERS:
        raise _over(
            "base/layers",
            f"the experiments have more than {MAX_LAYERS:,} layers together, which is the most of a sweep: take fewer "
            "experiments, or networks less deep",
        )


def _over(path: str, message: str) -> InvalidSpec:
    return InvalidSpec(f"{path}: {message}", errors=[Mistake(path=path, message=message)])
