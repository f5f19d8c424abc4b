"""`gradus findings` and `gradus datasets findings`."""

import shlex
from collections.abc import Sequence
from typing import Annotated

import typer

from gradus.cli import finding_tables, ids, output
from gradus.cli.options import DatasetName, Id, Json, Url, VersionNumber, at_most_one
from gradus.client import Client, Experiment
from gradus.wire.finding import Finding
from gradus.wire.finding_request import MOST_SEEDS


def findings(
    given: Id,
    cure: Annotated[
        str | None,
        typer.Option("--apply", metavar="ID", help="Create an experiment with the first patch of this finding."),
    ] = None,
    proof: Annotated[
        str | None,
        typer.Option("--verify", metavar="ID", help="Train with and without the first patch of this finding."),
    ] = None,
    patch: Annotated[int, typer.Option(metavar="N", min=1, help="Which patch to apply or to verify, from 1.")] = 1,
    seeds: Annotated[
        int, typer.Option(metavar="N", min=3, max=MOST_SEEDS, help="Maximum number of pairs of trainings.")
    ] = 5,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Show what is wrong with an experiment and its data, how that is known, and what to do about it.

    gradus findings last --verify lr_too_high  # proves what the patch is worth
    gradus findings last --apply dead_relu:layers/1

    A verification ends as soon as the answer is known; the finding then tells the gain.
    """
    at_most_one(apply=cure is not None, verify=proof is not None)
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        if cure is not None:
            _apply(experiment, cure, patch, as_json)
            return
        if proof is not None:
            _verify(experiment, proof, patch, seeds, as_json)
            return
        found = experiment.findings()
    if as_json:
        output.print_all(found)
        return
    _show(found)
    curable = next((one for one in found if any(patch.of == "spec" for patch in one.patches)), None)
    if curable is not None:
        name = shlex.quote(_short(curable, found))
        output.note(f"to try the first patch: gradus findings {experiment.id} --apply {name}, or --verify {name}")


def _apply(experiment: Experiment, name: str, patch: int, as_json: bool) -> None:
    record = experiment.apply_finding(name, patch=patch - 1).record
    if as_json:
        output.print_json(record)
    else:
        output.say(record.id)
        output.note(f"queued; to watch: gradus watch {record.id}")


def _verify(experiment: Experiment, name: str, patch: int, seeds: int, as_json: bool) -> None:
    finding = experiment.verify_finding(name, patch=patch - 1, seeds=seeds)
    if as_json:
        output.print_json(finding)
        return
    output.show(finding_tables.findings([finding], evidence=True))
    if finding.verifying:
        output.note(f"to see its progress: gradus findings {experiment.id}")


def dataset_findings(name: DatasetName, version: VersionNumber = None, as_json: Json = False, url: Url = None) -> None:
    """Show what is wrong with the data, how that is known, and what to do about it."""
    with Client(url) as client:
        found = client.datasets.get(name).findings(version=version)
    output.print_all(found) if as_json else _show(found)


def _show(found: Sequence[Finding]) -> None:
    if found:
        output.show(finding_tables.findings(found, evidence=True))
    else:
        output.note("no findings")


def _short(finding: Finding, found: Sequence[Finding]) -> str:
    """The finding's id, followed by its layer or column only if several findings have the same id."""
    alike = [one for one in found if one.id == finding.id]
    return finding.id if len(alike) == 1 else finding.name
