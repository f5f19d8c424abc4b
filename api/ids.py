"""The syntax of ids. A malformed id is not found without a query, because some databases cannot even compare it."""

import re

from hub.ids import ALPHABET

_EXPERIMENT = re.compile(f"exp_[{ALPHABET}]{{26}}")
_SWEEP = re.compile(f"swp_[{ALPHABET}]{{26}}")
_DATASET = re.compile(f"dst_[{ALPHABET}]{{26}}")
_UPLOAD = re.compile(f"upl_[{ALPHABET}]{{26}}")
_PROBE = re.compile(f"prb_[{ALPHABET}]{{26}}")
_PREVIEW = re.compile(f"aug_[{ALPHABET}]{{26}}")
_PREDICTIONS = re.compile(f"prd_[{ALPHABET}]{{26}}")


def is_experiment_id(text: str) -> bool:
    """Whether an experiment can have this id."""
    return _EXPERIMENT.fullmatch(text) is not None


def is_sweep_id(text: str) -> bool:
    """Whether a sweep can have this id."""
    return _SWEEP.fullmatch(text) is not None


def is_dataset_id(text: str) -> bool:
    """Whether a data set can have this id."""
    return _DATASET.fullmatch(text) is not None


def is_upload_id(text: str) -> bool:
    """Whether an upload can have this id."""
    return _UPLOAD.fullmatch(text) is not None


def is_probe_id(text: str) -> bool:
    """Whether a probe can have this id."""
    return _PROBE.fullmatch(text) is not None


def is_predictions_id(text: str) -> bool:
    """Whether predictions of a data set can have this id."""
    return _PREDICTIONS.fullmatch(text) is not None


def is_preview_id(text: str) -> bool:
    """Whether a preview of augmentation can have this id."""
    return _PREVIEW.fullmatch(text) is not None
