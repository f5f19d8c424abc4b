"""The trained networks of experiments, from their checkpoints. numpy is imported when a network is first requested."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import select

from api.services.lookup import EXPERIMENTS
from gradus import __version__
from gradus.errors import Conflict, ServerFault, Unavailable
from gradus.resolved import ResolvedSpec
from hub.artifacts.manifest import Damaged
from hub.experiments.mapping import resolved_of
from hub.hub import Hub
from hub.jobs.weights import Epoch, Weights, find_weights, weights_of
from hub.tables import DatasetRow, DatasetVersionRow, ExperimentRow

if TYPE_CHECKING:
    from export.build import Built
    from export.trained import Trained

TRIES = 3
"""Attempts to read a checkpoint: a running experiment may delete it between its choice and the reading."""
T = TypeVar("T")


@dataclass(frozen=True)
class Chosen:
    """An experiment, and the requested weights."""

    row: ExperimentRow
    weights: Weights

    @property
    def experiment_id(self) -> str:
        """The experiment's id."""
        return self.row.id

    @property
    def checkpoint(self) -> str:
        """The digest of the checkpoint, `sha256:…`."""
        return f"sha256:{self.weights.checkpoint.digest}"

    @cached_property
    def resolved(self) -> ResolvedSpec:
        """The resolved spec with the shape of the data."""
        return resolved_of(self.row)


def choose(hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch) -> Chosen:
    """The weights of an experiment's epoch.

    Raises:
        NotFound: the workspace has no such experiment, or no checkpoint has the weights.
    """
    with hub.read() as session:
        row = EXPERIMENTS.found(session, workspace_id, experiment_id)
        return Chosen(row, weights_of(session, row, epoch))


def locate(hub: Hub, workspace_id: str, experiment_id: str, epoch: Epoch) -> Weights:
    """The weights of an experiment's epoch, without the experiment. Raises as `choose` does."""
    with hub.read() as session:
        is_id = EXPERIMENTS.is_id(experiment_id)
        found = find_weights(session, workspace_id, experiment_id, epoch) if is_id else None
    if found is None:
        raise EXPERIMENTS.absent(experiment_id)
    return found


def with_weights(hub: Hub, workspace_id: str, experiment_id: str, located: Weights) -> Chosen:
    """An experiment, and the weights that `locate` has found.

    Raises:
        NotFound: the workspace has no such experiment.
    """
    with hub.read() as session:
        return Chosen(EXPERIMENTS.found(session, workspace_id, experiment_id), located)


def parse_of(hub: Hub, chosen: Chosen) -> Mapping[str, Any]:
    """How the files of an experiment's data set were read: the resolved `parse`; empty if that is not known."""
    digest = chosen.resolved.spec.dataset.digest
    if digest is None:
        return {}
    mine = (DatasetVersionRow.digest == digest, DatasetRow.workspace_id == chosen.row.workspace_id)
    query = select(DatasetVersionRow.facts).join(DatasetRow, DatasetRow.id == DatasetVersionRow.dataset_id)
    with hub.read() as session:
        facts = session.scalar(query.where(*mine).limit(1))
    parse: Mapping[str, Any] = {} if facts is None else json.loads(facts)["parse"]
    return parse


def with_files(hub: Hub, find: Callable[[], Chosen], use: Callable[[Chosen, Path], T]) -> T:
    """The result of `use` for the files of a checkpoint.

    Raises:
        Conflict: the checkpoint is damaged, or was written by a version that did not store what is needed.
        Unavailable: the artifact store cannot be reached, or this API lacks a library.
        ServerFault: the ONNX model is wrong.
    """
    for left in reversed(range(TRIES)):
        chosen = find()
        reference = chosen.weights.checkpoint
        try:
            with hub.artifacts.open(reference.key, reference.digest) as folder, _explained():
                return use(chosen, folder)
        except Damaged as damage:
            if not left:
                message = f"the checkpoint of epoch {reference.epoch} is damaged: {damage}"
                raise Conflict(message, code="no_checkpoint") from damage
        except OSError as error:
            raise Unavailable(f"the artifact store does not answer: {error}") from error
    raise AssertionError


def trained(chosen: Chosen, folder: Path) -> "Trained":
    """The network in the files of a checkpoint."""
    from export.checkpoint import read_trained  # noqa: PLC0415 (imports numpy)

    return read_trained(folder, chosen.resolved, chosen.weights.which)


def built(chosen: Chosen, network: "Trained") -> "Built":
    """The checked ONNX model of a network."""
    from export.build import build  # noqa: PLC0415 (imports ONNX)

    return build(network, origin(chosen))


def built_ensemble(networks: "Sequence[Trained]", metadata: Mapping[str, str]) -> "Built":
    """The checked ONNX model of an ensemble, whose answer is the mean of the networks'.

    Raises:
        Conflict: a network cannot be used.
        ServerFault: the ONNX model is wrong.
    """
    with _explained():
        from export.build import build_ensemble  # noqa: PLC0415 (imports ONNX)

        return build_ensemble(networks, metadata)


def origin(chosen: Chosen) -> dict[str, str]:
    """The origin of a network, for the metadata of files. It has nothing that a user can change."""
    return {
        "experiment": chosen.experiment_id,
        "epoch": str(chosen.weights.epoch),
        "checkpoint": chosen.checkpoint,
        "gradus": __version__,
    }


@contextmanager
def _explained() -> Iterator[None]:
    """Convert errors of the export to errors of the API."""
    try:
        from export.build import TooLargeForOnnx  # noqa: PLC0415 (imports ONNX)
        from export.check import Differs  # noqa: PLC0415
        from export.checkpoint import Unusable  # noqa: PLC0415
    except ImportError as error:
        raise Unavailable(f"this API cannot use models: install gradus-ml[data] ({error})", code="no_onnx") from error
    try:
        yield
    except Unusable as error:
        raise Conflict(str(error), code="checkpoint_unusable") from error
    except TooLargeForOnnx as error:
        raise Conflict(f"{error}: export weights.safetensors", code="too_large_for_onnx") from error
    except Differs as error:
        raise ServerFault(f"{error}. This is a bug in Gradus, so the model is not delivered", code="differs") from error
