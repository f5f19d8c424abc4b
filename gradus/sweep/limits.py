"""Limits of a sweep as a whole, checked before its experiments are created."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from gradus.errors import InvalidSpec
from gradus.sweep.changes import Change
from gradus.sweep.request import SweepRequest
from gradus.wire.problem import Mistake

MAX_LAYERS = 10_000
"""Limit of the layers of all experiments together: expanding this many takes about three seconds."""
MAX_BYTES = 8 * 2**20
"""Limit of the size of all experiments' documents together."""

Check = Callable[[], None]
"""Called regularly while a sweep is expanded; may raise to abort."""


def nothing_to_check() -> None:
    """A check that never aborts."""


def refuse_size(request: SweepRequest, changes: Sequence[Change]) -> None:
    """Check the total size of the experiments' documents. Each contains the base, with notes and tags, and its changes.

    Raises:
        InvalidSpec: the documents are too large together.
    """
    assert request.seeds is not None
    sizes: dict[int, int] = {}  # by identity, because a value of a grid is in many changes

    def size(value: Any) -> int:
        if id(value) not in sizes:
            sizes[id(value)] = len(json.dumps(value))
        return sizes[id(value)]

    changed = sum(size(value) + len(key) for change in changes for key, value in change.changes.items())
    total = len(request.seeds) * (len(changes) * len(request.base.model_dump_json()) + changed)
    if total > MAX_BYTES:
        raise _over(
            "base",
            f"the experiments have {total // 2**20 + 1:,} MiB together, but the limit is {MAX_BYTES // 2**20}: "
            "use fewer experiments, shorter notes or smaller values",
        )


def refuse_layers(layers: int, request: SweepRequest) -> None:
    """Check the total number of layers. `layers` is the sum over the changes so far, for one seed.

    Raises:
        InvalidSpec: the experiments of all seeds have too many layers together.
    """
    assert request.seeds is not None
    if layers * len(request.seeds) > MAX_LAYERS:
        raise _over(
            "base/layers",
            f"the experiments have more than {MAX_LAYERS:,} layers together: use fewer experiments or fewer layers",
        )


def _over(path: str, message: str) -> InvalidSpec:
    return InvalidSpec(f"{path}: {message}", errors=[Mistake(path=path, message=message)])
