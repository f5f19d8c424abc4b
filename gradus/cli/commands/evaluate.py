"""`gradus evaluate`."""

from typing import Annotated

import typer

from gradus.cli import evaluation_tables, ids, output
from gradus.cli.options import Epoch, Id, Json, Url, epoch_of
from gradus.client import Client


def evaluate(
    given: Id,
    split: Annotated[str, typer.Option(metavar="SPLIT", help="train, validation or test.")] = "test",
    epoch: Epoch = "best",
    by: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Show the metrics for each value of a column.")
    ] = None,
    errors: Annotated[
        int, typer.Option("--errors", metavar="N", min=0, max=200, help="List N examples that are predicted wrongly.")
    ] = 0,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show how good a trained network is: metrics with 95 % intervals, and what a guess would reach.

    gradus evaluate last --by city
    """
    wanted = epoch_of(epoch)
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        report = experiment.evaluation(split=split, epoch=wanted, by=by)
        wrong = experiment.errors(split=split, epoch=wanted, limit=errors) if errors and report.confusion else None
    if as_json:
        output.print_json(report if wrong is None else wrong)
        return
    output.show(evaluation_tables.report(report))
    if wrong is not None:
        output.show(evaluation_tables.errors(wrong))
