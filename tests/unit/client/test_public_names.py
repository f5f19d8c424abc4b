"""The client's public names: only those listed here, and all of them documented."""

import inspect
from pathlib import Path

import pytest

import gradus
from gradus import AsyncClient, Client, Experiment, StoredDataset, Sweep, errors
from gradus.client.datasets import Datasets
from gradus.client.experiments import Comparison, Experiments
from gradus.client.keys import Keys
from gradus.client.lab import Lab
from gradus.client.sweeps import Sweeps
from gradus.client.webhooks import Webhooks

PAGE = (Path(gradus.__file__).parents[1] / "docs" / "client.md").read_text(encoding="utf-8")

SERVICE = (
    "base_url catalog close credentials datasets experiments keys lab now probe request sweeps system webhooks"
    " with_options"
)
FACE: dict[type, str] = {
    Client: SERVICE,
    AsyncClient: SERVICE,
    Experiments: "compare create dry_run events_of get get_many list",
    Experiment: "activations activations_png apply_finding best calibration cancel checkpoints delete error errors"
    " evaluation events export extend filters filters_png findings fork histograms id importance latest layers logs"
    " metrics name notes over pause plot predict predict_dataset predict_file predict_history predict_upload progress"
    " record refresh resume spec status tags to_frame update url verify_finding wait watch",
    Sweeps: "create dry_run get list",
    Sweep: "best cancel counts delete extend id importance members name over plot predict predict_file record refresh"
    " results retry status summary to_frame url wait watch",
    Datasets: "dry_run get get_many list upload",
    StoredDataset: "columns delete download error events findings id images name new_version notes parse record refresh"
    " rows statistics status tags target to_frame update url version versions wait watch",
    Lab: "list picture run",
    Keys: "create list revoke sign_in_link",
    Webhooks: "create delete enable list",
    Comparison: "differences plot to_frame",
}
INSIDE = {"credentials", "now"}
"""Public names that only the command line needs."""


@pytest.mark.parametrize("kind", FACE, ids=lambda kind: kind.__name__)
def test_the_face_of_a_class_is_what_is_named_here_and_documented(kind: type) -> None:
    names = {name for name in dir(kind) if not name.startswith("_")}
    assert names == set(FACE[kind].split())
    undocumented = [name for name in sorted(names - INSIDE) if f"`{name}" not in PAGE and f".{name}" not in PAGE]
    assert undocumented == []
    assert all(inspect.getdoc(inspect.getattr_static(kind, name)) for name in names)


def test_every_error_is_exported_drawn_and_documented() -> None:
    tree = {name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, errors.GradusError)}
    assert tree <= set(gradus.__all__)
    assert errors.__doc__ is not None
    for name in tree:
        assert name in errors.__doc__
        assert f"{name} " in PAGE or f"{name}\n" in PAGE


def test_help_shows_what_a_call_takes() -> None:
    with Client("http://here") as client:
        assert list(inspect.signature(client.experiments.create).parameters)[:2] == ["spec", "idempotency_key"]
        assert inspect.signature(client.experiments.list).return_annotation is inspect.Signature.empty
        assert "Queue an experiment" in (inspect.getdoc(client.experiments.create) or "")
