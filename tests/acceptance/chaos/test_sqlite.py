"""Parts of `gradus up` are killed, frozen or emptied: no accepted experiment is lost or altered."""

from pathlib import Path

import pytest

from tests.servers.chaos.embedded import embedded_service
from tests.servers.chaos.trial import assert_that_nothing_is_lost_or_altered
from tests.servers.chaos.undisturbed import once


def test_every_experiment_ends_with_the_bits_of_an_undisturbed_one(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with embedded_service(tmp_path) as service:
        assert_that_nothing_is_lost_or_altered(service, once(tmp_path_factory))
