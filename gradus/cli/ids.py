"""Ids as people write them: in full, by their first or last characters, or `last`."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gradus.client import Client
from gradus.errors import BadRequest, NotFound
from gradus.wire.experiment import ExperimentRecord
from gradus.wire.sweep import SweepSummary

LETTERS = "0-9a-hjkmnp-tv-z"
"""The letters of ids: Crockford's base 32."""
LENGTH = 26
SHORT = 6
"""How many characters of an id a table shows."""

Named = ExperimentRecord | SweepSummary


@dataclass(frozen=True)
class Kind:
    """A kind of thing that has ids."""

    prefix: str
    noun: str
    newest: Callable[[Client], Sequence[Named]]
    """Returns a list of the newest item, empty if there is none."""
    matching: Callable[[Client, str], Iterable[Named]]
    """Returns the items whose id may begin or end with a text, newest first."""


def resolve(client: Client, given: str) -> str:
    """The id of an experiment.

    Raises:
        NotFound: no experiment matches.
        BadRequest: several match, or it cannot be an id.
    """
    return _resolve(client, given, EXPERIMENT)


def resolve_all(client: Client, given: Iterable[str]) -> list[str]:
    """The ids of experiments, without duplicates."""
    return list(dict.fromkeys(resolve(client, one) for one in given))


def resolve_sweep(client: Client, given: str) -> str:
    """The id of a sweep; raises what `resolve` does."""
    return _resolve(client, given, SWEEP)


def resolve_sweeps(client: Client, given: Iterable[str]) -> list[str]:
    """The ids of sweeps, without duplicates."""
    return list(dict.fromkeys(resolve_sweep(client, one) for one in given))


def short(full: str) -> str:
    """The part of an id that a table shows."""
    return full[-SHORT:]


def _resolve(client: Client, given: str, kind: Kind) -> str:
    if given == "last":
        return _newest(client, kind)
    text = given.strip().lower().removeprefix(kind.prefix)
    if not re.fullmatch(f"[{LETTERS}]{{1,{LENGTH}}}", text):
        raise BadRequest(_invalid(given, kind))
    if len(text) == LENGTH:
        return f"{kind.prefix}{text}"
    found = [one for one in kind.matching(client, text) if one.id.endswith(text) or one.id.startswith(given)]
    return _only(kind, given, found)


def _newest(client: Client, kind: Kind) -> str:
    for one in kind.newest(client):
        return one.id
    raise NotFound(f"there is no {kind.noun} yet", code=f"no_{kind.noun}_yet")


def _only(kind: Kind, given: str, found: list[Named]) -> str:
    if len(found) == 1:
        return found[0].id
    if not found:
        raise NotFound(f"{kind.noun} not found: no id begins or ends with '{given}'", code=f"no_{kind.noun}")
    some = ", ".join(f"{one.id} ({one.name})" if one.name else one.id for one in found[:3])
    raise BadRequest(f"'{given}' matches {len(found)} {kind.noun}s; write more of the id: {some}")


def _invalid(given: str, kind: Kind) -> str:
    if kind is EXPERIMENT and given.startswith(SWEEP.prefix):
        return f"'{given}' is the id of a sweep, not of an experiment: see gradus sweeps --help"
    if kind is SWEEP and given.startswith(EXPERIMENT.prefix):
        return f"'{given}' is the id of an experiment, not of a sweep"
    return f"'{given}' is not an id: write {kind.prefix}…, its last characters, or last"


EXPERIMENT = Kind(
    prefix="exp_",
    noun="experiment",
    newest=lambda client: [one.record for one in client.experiments.list(limit=1)],
    matching=lambda client, text: (one.record for one in client.experiments.list(search=text)),
)
SWEEP = Kind(
    prefix="swp_",
    noun="sweep",
    newest=lambda client: [one.summary for one in client.sweeps.list(limit=1)],
    matching=lambda client, _: (one.summary for one in client.sweeps.list()),
)
