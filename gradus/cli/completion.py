"""What the shell offers on Tab. The service gets little time to answer: a slow answer is worse than none."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import typer

from gradus.client import Call, Client, calls, find_access
from gradus.errors import GradusError
from gradus.printable import printable
from gradus.spec.experiment import Spec
from gradus.spec.spec_model import SpecModel, spec_models_in

T = TypeVar("T")

TIMEOUT = 0.7
"""Seconds to wait for the service."""
OFFERED = 50
"""How many of the newest experiments or sweeps are offered."""

Offer = tuple[str, str]
"""A word and its description."""


def experiments(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The newest experiments, by id."""
    page = _answer(context, calls.experiments(limit=OFFERED))
    return _matching(incomplete, ((one.id, f"{one.name} {one.status}".strip()) for one in page.data) if page else ())


def sweeps(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The newest sweeps, by id."""
    page = _answer(context, calls.sweeps(limit=OFFERED))
    return _matching(incomplete, ((one.id, f"{one.name} {one.status}".strip()) for one in page.data) if page else ())


def datasets(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The data sets of the service, by name."""
    page = _answer(context, calls.datasets())
    return _matching(incomplete, ((one.name, one.title) for one in page.data) if page else ())


def families(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The families of the catalogue."""
    catalog = _answer(context, calls.catalog())
    found = catalog.families.items() if catalog else ()
    return _matching(incomplete, ((name, ", ".join(one.kind for one in kinds)) for name, kinds in found))


def paths(incomplete: str) -> Sequence[Offer]:
    """The fields of a spec, each with an equals sign: `optimizer.lr=`."""
    return _matching(incomplete, ((f"{path}=", text) for path, text in _paths(Spec)))


def _paths(model: type[SpecModel], prefix: str = "") -> Iterator[Offer]:
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", (field.description or "").partition("\n")[0]
        for inner in spec_models_in(field.annotation):
            yield from _paths(inner, f"{prefix}{name}.")


def _matching(incomplete: str, offers: Iterable[Offer]) -> Sequence[Offer]:
    """The matching offers, without duplicates: several optimizers have an `lr`."""
    return list({word: (word, printable(text)) for word, text in offers if word.startswith(incomplete)}.values())


def _answer(context: typer.Context, call: Call[T]) -> T | None:
    """The answer of the service, or None if it does not come in time."""
    try:
        with Client(find_access(context.params.get("url")), timeout=TIMEOUT) as client:
            return client.send(call, retries=0)
    except GradusError:  # the command itself will report it
        return None
