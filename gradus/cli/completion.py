"""Shell completion. The service gets little time to answer, because a slow completion is worse than none."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import typer

from gradus.client import Client
from gradus.described import descriptions
from gradus.errors import GradusError
from gradus.lab.demonstrations import TITLES
from gradus.parse.files import ArraysParse, ExcelParse, ImagesParse
from gradus.parse.text import CsvParse
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
    found = _answer(context, lambda client: list(client.experiments.list(limit=OFFERED)))
    return _matching(incomplete, ((one.id, f"{one.name} {one.status}".strip()) for one in found or ()))


def sweeps(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The newest sweeps, by id."""
    found = _answer(context, lambda client: list(client.sweeps.list(limit=OFFERED)))
    return _matching(incomplete, ((one.id, f"{one.name} {one.status}".strip()) for one in found or ()))


def datasets(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The data sets of the service, by name."""
    found = _answer(context, lambda client: [one.record for one in client.datasets.list()])
    return _matching(incomplete, ((one.name, one.title) for one in found or ()))


def columns(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The columns of the data set that is named earlier on the command line."""
    name = context.params.get("name")
    record = _answer(context, lambda client: client.datasets.get(name).record) if isinstance(name, str) else None
    found = (record.columns or ()) if record else ()
    return _matching(incomplete, ((one.name, f"{one.type}, {one.distinct} distinct") for one in found))


def classes(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The classes of the data set that is named earlier on the command line."""
    name = context.params.get("name")
    record = _answer(context, lambda client: client.datasets.get(name).record) if isinstance(name, str) else None
    found = (record.columns or ()) if record else ()
    values = [value for one in found if record and one.name == record.target for value in one.values or ()]
    return _matching(incomplete, ((str(one.value), f"{one.count:,} rows") for one in values))


def parse_options(incomplete: str) -> Sequence[Offer]:
    """The options for reading files, each with an equals sign: `delimiter=`."""
    models = (CsvParse, ExcelParse, ImagesParse, ArraysParse)
    found = ((name, descriptions(model).get(name, "")) for model in models for name in model.model_fields)
    return _matching(incomplete, ((f"{name}=", text.partition("\n")[0]) for name, text in found))


def families(context: typer.Context, incomplete: str) -> Sequence[Offer]:
    """The families of the catalog."""
    catalog = _answer(context, lambda client: client.catalog())
    found = catalog.families.items() if catalog else ()
    return _matching(incomplete, ((name, ", ".join(one.kind for one in kinds)) for name, kinds in found))


def demonstrations(incomplete: str) -> Sequence[Offer]:
    """The demonstrations of the lab."""
    return _matching(incomplete, TITLES.items())


def paths(incomplete: str) -> Sequence[Offer]:
    """The fields of a spec, each with an equals sign: `optimizer.lr=`."""
    return _matching(incomplete, ((f"{path}=", text) for path, text in _paths(Spec)))


def _paths(model: type[SpecModel], prefix: str = "") -> Iterator[Offer]:
    told = descriptions(model)
    for name, field in model.model_fields.items():
        yield f"{prefix}{name}", told.get(name, "").partition("\n")[0]
        for inner in spec_models_in(field.annotation):
            yield from _paths(inner, f"{prefix}{name}.")


def _matching(incomplete: str, offers: Iterable[Offer]) -> Sequence[Offer]:
    """The completions that begin with the typed word, without duplicates: several optimizers have an `lr`."""
    return list({word: (word, printable(text)) for word, text in offers if word.startswith(incomplete)}.values())


def _answer(context: typer.Context, ask: Callable[[Client], T]) -> T | None:
    """The answer of the service, or None if it does not come in time."""
    try:
        with Client(context.params.get("url"), timeout=TIMEOUT, max_retries=0) as client:
            return ask(client)
    except GradusError:  # the command itself will report it
        return None
