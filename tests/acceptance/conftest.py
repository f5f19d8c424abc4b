"""Settings of all services of these tests."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _trainers_are_forked(trainer_server: None) -> None:
    """From one process: to import torch in each takes longer than most of them train."""
