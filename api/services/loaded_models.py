"""Loaded models of trained networks, single, calibrated or as ensembles. They are the ONNX graphs that users
download."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from api.prediction.models import ModelCache
from api.services.weights import (
    Chosen,
    built,
    built_ensemble,
    choose,
    locate,
    parse_of,
    trained,
    with_files,
    with_weights,
)
from gradus.errors import Conflict, TooLarge
from gradus.roles import target_columns
from gradus.wire.calibration import CalibrationRecord
from hub.hub import Hub
from hub.jobs.weights import Epoch, Weights

if TYPE_CHECKING:
    from api.prediction.model import Model
    from export.build import Built
    from export.trained import Trained

SESSION_BYTES = 1 << 20
"""Estimate of a loaded model's memory in addition to its weights, which are in memory twice: as exported, and
rearranged for matrix products."""
PARAMETER_BYTES = 250_000_000
"""Limit on the bytes of a network's parameters in the API: the cache of models holds twice as much."""
BUILT_IN_TARGET = "target"
"""Name of the target in scikit-learn's tables. Rows that are sent may have this column."""


def loaded(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, epoch: Epoch) -> "Model":
    """The model of an experiment's epoch.

    Raises:
        NotFound: the workspace has no such experiment, or no checkpoint has the weights.
        TooLarge: the network is larger than the API can hold.
    """
    version = hub.changes.version()
    located = locate(hub, workspace_id, experiment_id, epoch)

    def load() -> "Model":
        chosen = with_weights(hub, workspace_id, experiment_id, located)
        check_size(experiment_id, chosen.resolved.network.parameters)

        def tries() -> Iterator[Chosen]:
            yield chosen  # the key's weights: the cache must not hold another model under the key
            while True:  # the running experiment has deleted the checkpoint
                yield choose(hub, workspace_id, experiment_id, epoch)

        return with_files(hub, tries().__next__, lambda found, folder: _of_one(hub, found, folder))

    key = _key(experiment_id, located)
    model = models.get(key, load)
    if version is not None:
        models.located.put(version, (workspace_id, experiment_id, epoch), key)
    return model


def loaded_at_once(
    models: ModelCache, version: int, workspace_id: str, experiment_id: str, epoch: Epoch
) -> "Model | None":
    """Like `loaded`, without waiting; None unless the model was requested since the last commit. `version` must be the
    current version of the database."""
    key = models.located.get(version, (workspace_id, experiment_id, epoch))
    return None if key is None else models.present(key)


def loaded_before(hub: Hub, models: ModelCache, workspace_id: str, experiment_id: str, epoch: Epoch) -> "Model | None":
    """Like `loaded`; None if the model would have to be loaded.

    Raises:
        NotFound: the workspace has no such experiment, or no checkpoint has the weights.
    """
    version = hub.changes.version()
    key = _key(experiment_id, locate(hub, workspace_id, experiment_id, epoch))
    model = models.present(key)
    if version is not None and model is not None:
        models.located.put(version, (workspace_id, experiment_id, epoch), key)
    return model


def calibrated(
    hub: Hub,
    models: ModelCache,
    workspace_id: str,
    experiment_id: str,
    epoch: Epoch,
    known: Callable[[Chosen], CalibrationRecord],
) -> "Model":
    """The model of an experiment's epoch, with its calibration. The graph applies the temperature.

    Raises:
        NotFound: the workspace has no such experiment, or no checkpoint has the weights.
        TooLarge: the network is larger than the API can hold.
        Exception: any error of `known`, which is called only if the model is not loaded yet.
    """
    located = locate(hub, workspace_id, experiment_id, epoch)

    def load() -> "Model":
        chosen = with_weights(hub, workspace_id, experiment_id, located)
        calibration = known(chosen)
        if calibration.epoch != located.epoch:
            raise Conflict("the network's best or last epoch has just changed: ask again", code="epoch_changed")
        check_size(chosen.experiment_id, chosen.resolved.network.parameters)
        temperature = 1.0 if calibration.temperature is None else calibration.temperature
        model = with_files(hub, lambda: chosen, lambda found, folder: _of_one(hub, found, folder, temperature))
        return replace(model, calibration=calibration)

    return models.get(f"{_key(experiment_id, located)}/calibrated", load)


def ensemble(hub: Hub, models: ModelCache, members: Sequence[Chosen]) -> "Model":
    """The networks of several experiments as one model, whose answer is the mean of theirs.

    Raises:
        Conflict: the networks were not trained on the same data.
        TooLarge: together, the networks are larger than the API can hold.
    """

    def load() -> "Model":
        size = sum(4 * one.resolved.network.parameters for one in members)
        if size > PARAMETER_BYTES:
            raise TooLarge(
                f"the parameters of these {len(members)} networks take {size / 1e6:,.0f} MB, but the API predicts "
                f"only with up to {PARAMETER_BYTES / 1e6:,.0f} MB together: ask the experiments one by one",
                code="network_too_large",
            )
        networks = [_read(hub, one) for one in members]
        if any(one.fitted != networks[0].fitted for one in networks):
            raise Conflict("the members were trained on different rows: ask them one by one", code="different_data")
        with_all = built_ensemble(networks, {"gradus_members": str(len(members))})
        return _model(hub, members, networks, with_all)

    keys = [_key(one.experiment_id, one.weights) for one in members]
    return models.get(keys[0] if len(keys) == 1 else sha256("/".join(keys).encode()).hexdigest(), load)


def check_size(experiment_id: str, parameters: int) -> None:
    """Refuse networks that would fill the memory of the API.

    Raises:
        TooLarge: the parameters take more than `PARAMETER_BYTES`.
    """
    size = 4 * parameters
    if size > PARAMETER_BYTES:
        raise TooLarge(
            f"the parameters of this network take {size / 1e6:,.0f} MB, but the API predicts only with up to "
            f"{PARAMETER_BYTES / 1e6:,.0f} MB: use POST /v1/experiments/{experiment_id}/predictions, for which a "
            f"worker predicts a whole data set",
            code="network_too_large",
        )


def _key(experiment_id: str, weights: Weights) -> str:
    return f"{experiment_id}/{weights.tag}"


def _read(hub: Hub, chosen: Chosen) -> "Trained":
    return with_files(hub, lambda: chosen, trained)


def _of_one(hub: Hub, chosen: Chosen, folder: Path, temperature: float = 1.0) -> "Model":
    network = replace(trained(chosen, folder), temperature=temperature)
    return _model(hub, [chosen], [network], built(chosen, network))


def _model(hub: Hub, members: Sequence[Chosen], networks: "Sequence[Trained]", made: "Built") -> "Model":
    from api.prediction.model import Model, Origin  # noqa: PLC0415 (imports numpy)
    from export.batches import rows_at_once  # noqa: PLC0415
    from export.signature import signature  # noqa: PLC0415

    chosen, network = members[0], networks[0]
    dataset, data = chosen.resolved.spec.dataset, chosen.resolved.data
    others = {*(dataset.columns or {}), *target_columns(dataset.target), *data.targets}
    if dataset.digest is None:
        others.add(BUILT_IN_TARGET)
    return Model(
        origins=tuple(Origin(one.experiment_id, one.weights.epoch, one.checkpoint) for one in members),
        fitted=network.fitted,
        data=data,
        signature=signature(network.fitted, data, len(members)),
        session=made.session,
        other_columns=frozenset(others - set(network.fitted.names)),
        parse=parse_of(hub, chosen),
        rows_at_once=rows_at_once(network, len(members)),
        bytes=2 * len(made.content) + SESSION_BYTES,
        multiply_adds=sum(one.resolved.network.multiply_adds for one in members),
    )
