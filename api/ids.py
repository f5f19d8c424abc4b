"""The syntax of ids. A malformed id is not found without a query, because some databases cannot even compare it."""

import re

from hub.ids import ALPHABET

_EXPERIMENT = re.compile(f"exp_[{ALPHABET}]{{26}}")
_SWEEP = re.compile(f"swp_[{ALPHABET}]{{26}}")


def is_experiment_id(text: str) -> bool:
    """Whether an experiment can have this id."""
    return _EXPERIMENT.fullmatch(text) is not None


def is_sweep_id(text: str) -> bool:
    """Whether a sweep can have this id."""
    return _SWEEP.fullmatch(text) is not None
