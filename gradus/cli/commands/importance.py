"""`gradus importance`, `gradus sweeps importance`."""

from typing import Annotated

import typer

from gradus.cli import ids, importance_tables, output
from gradus.cli.options import Epoch, Id, Json, SweepId, Url, epoch_of
from gradus.client import Client
from gradus.wire.importance import ImportanceReport

Split = Annotated[str, typer.Option(metavar="SPLIT", help="train, validation or test.")]
Repeats = Annotated[
    int,
    typer.Option(metavar="N", min=2, max=100, help="Give each example the values of N others; more take longer."),
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="COLUMN", help="Shuffle only this column. Repeatable."),
]
Together = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN", help="Also shuffle these columns together. Repeatable: two or more."),
]


def importance(
    given: Id,
    split: Split = "test",
    epoch: Epoch = "best",
    repeats: Repeats = 5,
    column: Columns = None,
    together: Together = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show which columns a trained network uses: how much worse it predicts when one is shuffled.

    gradus importance last --together latitude --together longitude
    """
    wanted = epoch_of(epoch)
    with Client(url) as client:
        one = client.experiments.get(ids.resolve(client, given))
        some, groups = column or (), together or ()
        found = one.importance(split=split, epoch=wanted, repeats=repeats, columns=some, together=groups)
        _show(found, as_json=as_json)


def importance_of_sweep(  # noqa: PLR0913, PLR0917 (each is an option)
    given: SweepId,
    label: Annotated[
        str | None, typer.Option(metavar="LABEL", help="The change whose networks are asked; by default the best.")
    ] = None,
    split: Split = "test",
    epoch: Epoch = "best",
    repeats: Repeats = 5,
    column: Columns = None,
    together: Together = None,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show which columns the networks of a change use, as a mean over their seeds."""
    wanted = epoch_of(epoch)
    with Client(url) as client:
        one = client.sweeps.get(ids.resolve_sweep(client, given))
        some, groups = column or (), together or ()
        found = one.importance(label, split=split, epoch=wanted, repeats=repeats, columns=some, together=groups)
        _show(found, as_json=as_json)


def _show(found: ImportanceReport, *, as_json: bool) -> None:
    if as_json:
        output.print_json(found)
    else:
        output.show(importance_tables.report(found))
