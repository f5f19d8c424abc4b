"""Settings of all services that these tests start."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _trainers_are_forked(trainer_server: None) -> None:
    """Fork all trainers from one process, because importing torch in each takes longer than most of them train."""
