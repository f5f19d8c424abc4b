"""Parts of a service on Postgres are killed, frozen or emptied, and the acknowledgements of some commits are lost. The
API and the workers are separate processes. No accepted experiment is lost or altered.
"""

from pathlib import Path

import pytest

from tests.servers.chaos.cluster import cluster_service
from tests.servers.chaos.trial import SEED, assert_that_nothing_is_lost_or_altered
from tests.servers.chaos.undisturbed import once


def test_every_experiment_ends_with_the_bits_of_an_undisturbed_one(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with cluster_service(tmp_path, lost=0.05, seed=SEED) as service:
        assert_that_nothing_is_lost_or_altered(service, once(tmp_path_factory))
