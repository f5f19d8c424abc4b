"""`gradus findings` and `gradus datasets findings`."""

import shlex
from collections.abc import Sequence

from gradus.cli import finding_tables, ids, output
from gradus.cli.options import DatasetName, Id, Json, Url, VersionNumber
from gradus.client import Client
from gradus.wire.finding import Finding


def findings(given: Id, as_json: Json = False, url: Url = None) -> None:
    """Show what is wrong with an experiment and its data, how that is known, and what to do about it.

    gradus fork last --finding data_leak:balance  # tries what it proposes
    """
    with Client(url) as client:
        experiment = client.experiments.get(ids.resolve(client, given))
        found = experiment.findings()
    if as_json:
        output.print_all(found)
        return
    _show(found)
    cure = next((one for one in found if any(patch.of == "spec" for patch in one.patches)), None)
    if cure is not None:
        output.note(f"to try the first patch: gradus fork {experiment.id} --finding {shlex.quote(_short(cure, found))}")


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
    """Its id, with its place only where several have the id."""
    alike = [one for one in found if one.id == finding.id]
    return finding.id if len(alike) == 1 else finding.name
