"""The stored table of a claimed job on an uploaded data set."""

from hub.database.database import now
from hub.datasets import datasets
from hub.datasets.datasets import Description, NewVersion
from hub.datasets.table_ref import TableRef
from hub.hub import Hub
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow
from tests.integration.hub.work import claim, submit

DIGEST = f"sha256:{'5' * 64}"


def test_a_claim_names_the_table_of_its_experiments(hub: Hub) -> None:
    with hub.write() as session:
        at = now(session)
        mine = datasets.add(session, DEFAULT_WORKSPACE, Description(name="mine"), at)
        version = datasets.add_version(session, mine, NewVersion(files=()), at)
        version.status, version.digest = "ready", DIGEST
        version.artifact, version.artifact_digest = "ver_1/table", "ab" * 32
    row = submit(hub)
    assert claim(hub, row).table is None
    uploaded = submit(hub)
    with hub.write() as session:
        stored = session.get_one(ExperimentRow, uploaded.id)
        stored.spec = stored.spec.replace('"name": "digits"', f'"name": "mine", "version": 1, "digest": "{DIGEST}"')
        assert DIGEST in stored.spec
    assert claim(hub, uploaded).table == TableRef(key="ver_1/table", digest="ab" * 32)
