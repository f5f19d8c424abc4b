"""What the shell offers on Tab. The service is asked only for a moment: a slow answer is worse than none."""

import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import typer

from gradus.client import Client, calls, find_access
from gradus.errors import GradusError
from gradus.spec.experiment import Experiment
from gradus.spec.word import Word, words_of

T = TypeVar("T")

PATIENCE = 0.7
"""Seconds."""
OFFERED = 50
"""Newest experiments or sweeps."""

Offer = tuple[str, str]
"""What is written, and what it is."""


def experiments(context: typer.Context, incomplete: str) -> Iterable[Offer]:
    """The newest experiments, by id."""
    found = _asked(context, lambda client: client.send(calls.experiments(limit=OFFERED)).data)
    return _beginning(incomplete, [(one.id, f"{one.name} {one.status}".strip()) for one in found])


def sweeps(context: typer.Context, incomplete: str) -> Iterable[Offer]:
    """The newest sweeps, by id."""
    found = _asked(context, lambda client: client.send(calls.sweeps(limit=OFFERED)).data)
    return _beginning(incomplete, [(one.id, f"{one.name} {one.status}".strip()) for one in found])


def datasets(context: typer.Context, incomplete: str) -> Iterable[Offer]:
    """The data sets of the service, by name."""
    found = _asked(context, lambda client: client.send(calls.datasets()).data)
    return _beginning(incomplete, [(one.name, one.title) for one in found])


def families(context: typer.Context, incomplete: str) -> Iterable[Offer]:
    """The families of the catalogue."""
    found = _asked(context, lambda client: list(client.send(calls.catalog()).families.items()))
    return _beginning(incomplete, [(name, ", ".join(one.kind for one in kinds)) for name, kinds in found])


def paths(incomplete: str) -> Iterable[Offer]:
    """Places of a spec, with the equals sign that follows: `optimizer.lr=`."""
    return _beginning(incomplete, [(f"{path}=", said) for path, said in _paths(Experiment)])


def _paths(word: type[Word], way: str = "") -> Iterable[Offer]:
    for name, field in word.model_fields.items():
        yield f"{way}{name}", (field.description or "").partition("\n")[0]
        for inner in words_of(field.annotation):
            yield from _paths(inner, f"{way}{name}.")


def _beginning(incomplete: str, offers: Iterable[Offer]) -> Sequence[Offer]:
    return list({word: (word, said) for word, said in offers if word.startswith(incomplete)}.values())


def _asked(context: typer.Context, ask: Callable[[Client], Sequence[T]]) -> Sequence[T]:
    """What the service answers in time."""
    answers: queue.SimpleQueue[Sequence[T]] = queue.SimpleQueue()
    threading.Thread(target=_ask, args=(context.params.get("url"), ask, answers), daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE)
    except queue.Empty:
        return ()


def _ask(url: str | None, ask: Callable[[Client], Sequence[T]], answers: "queue.SimpleQueue[Sequence[T]]") -> None:
    try:
        with Client(find_access(url)) as client:
            answers.put(ask(client))
    except GradusError:  # a shell's Tab has no place for it; the command itself will say it
        answers.put(())
