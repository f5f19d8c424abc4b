"""Whatever of `gradus up` is killed, frozen or emptied: nothing that was accepted is lost or altered."""

from pathlib import Path

from tests.servers.chaos.embedded import embedded_service
from tests.servers.chaos.trial import assert_that_nothing_is_lost_or_altered


def test_every_experiment_ends_with_the_bits_of_an_undisturbed_one(tmp_path: Path) -> None:
    with embedded_service(tmp_path) as service:
        assert_that_nothing_is_lost_or_altered(service)
