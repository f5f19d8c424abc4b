"""A ZIP file with everything about a trained network, and rows to check it with."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.batches import sample_rows
from export.check import AS_ROUNDED
from export.feeds import feeds
from export.reference import in_own_units, outputs, probabilities
from export.sample import sample
from export.signature import TensorSpec, signature
from export.trained import Trained
from preprocessing.encode import transform

CHECK, SAMPLE = "check.py", "sample.json"
_WHEN = (2026, 1, 1, 0, 0, 0)
"""The date of all files in the ZIP, so that the same network always gives the same bytes."""


def bundle(trained: Trained, files: Mapping[str, bytes]) -> bytes:
    """A ZIP of these files with two more: `sample.json`, with drawn rows and numpy's answers to them, and
    `check.py`."""
    check = (Path(__file__).parent / "bundled" / CHECK).read_bytes()
    document = json.dumps(sample_of(trained), ensure_ascii=False, indent=1).encode()
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, SAMPLE: document, CHECK: check}.items():
            member = zipfile.ZipInfo(name, _WHEN)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return content.getvalue()


def sample_of(trained: Trained) -> dict[str, Any]:
    """Sample rows and the answers to them, computed in float64."""
    count = sample_rows(trained)
    rows = sample(trained.fitted, count)
    inputs = transform(trained.fitted, rows)
    exact, rounded = (outputs(trained, inputs, dtype) for dtype in (np.float64, np.float32))
    named = signature(trained.fitted, trained.data)
    tensors = feeds(trained.fitted, rows)
    return {
        "rows": count,
        "float32": AS_ROUNDED * float(np.abs(_shares(trained, exact) - _shares(trained, rounded)).max(initial=0.0)),
        "inputs": {one.name: _tensor(one, tensors[one.name]) for one in named.inputs},
        "outputs": {one.name: _tensor(one, values) | more for one, values, more in _answers(trained, exact)},
    }


def _shares(trained: Trained, found: NDArray[np.floating]) -> NDArray[np.floating]:
    """The probabilities of each class or label; for regression, the targets in standard deviations."""
    shares = probabilities(trained.data.task, found)
    return found if shares is None else shares


def _answers(trained: Trained, exact: NDArray[np.floating]) -> list[tuple[TensorSpec, NDArray[Any], dict[str, Any]]]:
    named, scale = signature(trained.fitted, trained.data), trained.target_scale
    shares = probabilities(trained.data.task, exact)
    if shares is None:
        assert scale is not None
        return [(named.prediction, in_own_units(scale, exact), {"deviation": scale.deviation.tolist()})]
    assert named.probabilities is not None
    if trained.data.task == "multi_label":
        return [(named.probabilities, shares, {})]
    likeliest = np.array(trained.data.classes, dtype=object)[exact.argmax(axis=1)][:, None]
    return [(named.prediction, likeliest, {}), (named.probabilities, shares, {})]


def _tensor(spec: TensorSpec, values: NDArray[Any]) -> dict[str, Any]:
    """A tensor as JSON; NaN becomes null."""
    flat = values.reshape(-1).tolist()
    data = [None if isinstance(value, float) and np.isnan(value) else value for value in flat]
    return {"type": spec.type, "shape": list(values.shape), "data": data}
