"""The same where API, workers and Postgres are apart, and the acknowledgements of some commits are lost, too."""

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
