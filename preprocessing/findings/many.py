"""Findings of one kind about many columns become one: nobody reads 700 of them."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from gradus.merge import merged
from gradus.wire.finding import Finding, Patch

MANY = 20
"""Number of findings with the same code and severity about single columns, up to which they are listed one by one."""
_EVIDENCE = 100


def gathered(found: Iterable[Finding]) -> list[Finding]:
    """The findings in their order. More than `MANY` of one kind are merged into one, at the position of the first."""
    kinds: dict[tuple[str, str], list[Finding]] = {}
    listed = list(found)
    for one in listed:
        if one.column is not None:
            kinds.setdefault((one.id, one.severity), []).append(one)
    many = {kind: alike for kind, alike in kinds.items() if len(alike) > MANY}
    result: list[Finding] = []
    for one in listed:
        alike = many.get((one.id, one.severity)) if one.column is not None else None
        if alike is None:
            result.append(one)
        elif one is alike[0]:
            result.append(_one_of(alike))
    return result


def _one_of(alike: list[Finding]) -> Finding:
    names = ", ".join(f"'{one.column}'" for one in alike[:3])
    return alike[0].model_copy(
        update={
            "column": None,
            "because": f"{len(alike)} columns, such as {names}. The first: {alike[0].because}",
            "evidence": tuple(chain.from_iterable(one.evidence for one in alike))[:_EVIDENCE],
            "patches": tuple(_patch(one) for one in zip(*(finding.patches for finding in alike), strict=False)),
        }
    )


def _patch(alike: tuple[Patch, ...]) -> Patch:
    """One patch with the changes of all these patches."""
    changes: dict[str, Any] = {}
    for one in alike:
        changes = merged(changes, one.patch)
    return alike[0].model_copy(update={"patch": changes})
