"""What the shell offers on Tab. The service is asked only for a moment: a slow answer is worse than none."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import typer

from gradus.client import Call, Client, calls, find_access
from gradus.errors import GradusError
from gradus.printable import printable
from gradus.spec.experiment import Spec
from gradus.spec.word import Word, words_of

T = TypeVar("T")

PATIENCE = 0.7
"""Seconds."""
OFFERED = 50
"""Newest experiments or sweeps."""

Offer = tuple[str, str]
"""What is written, and what it is."""


def experiments(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The newest experiments, by id."""
    page = _asked(context, calls.experiments(limit=OFFERED))
    return _beginning(incomplete, ((one.id, f"{one.name} {one.status}".strip()) for one in page.data) if page else ())


def sweeps(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The newest sweeps, by id."""
    page = _asked(context, calls.sweeps(limit=OFFERED))
    return _beginning(incomplete, ((one.id, f"{one.name} {one.status}".strip()) for one in page.data) if page else ())


def datasets(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The data sets of the service, by name."""
    page = _asked(context, calls.datasets())
    return _beginning(incomplete, ((one.name, one.title) for one in page.data) if page else ())


def families(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The families of the catalogue."""
    catalog = _asked(context, calls.catalog())
    found = catalog.families.items() if catalog else ()
    return _beginning(incomplete, ((name, ", ".join(one.kind for one in kinds)) for name, kinds in found))


def paths(incomplete: str) -> Sequence[Offer]:
    """Places of a spec, with the equals sign that follows: `optimizer.lr=`."""
    return _beginning(incomplete, ((f"{path}=", said) for path, said in _paths(Spec)))


def _paths(word: type[Word], way: str = "") -> Iterator[Offer]:
    for name, field in word.model_fields.items():
        yield f"{way}{name}", (field.description or "").partition("\n")[0]
        for inner in words_of(field.annotation):
            yield from _paths(inner, f"{way}{name}.")


def _beginning(incomplete: str, offers: Iterable[Offer]) -> Sequence[Offer]:
    """Each once: several optimizers have an `lr`."""
    return list({word: (word, printable(said)) for word, said in offers if word.startswith(incomplete)}.values())


def _asked(context: typer.Context, call: Call[T]) -> T | None:
    """What the service answers in time."""
    try:
        with Client(find_access(context.params.get("url")), timeout=PATIENCE) as client:
            return client.send(call, retries=0)
    except GradusError:  # Tab has no place for it; the command itself will say it
        return None
