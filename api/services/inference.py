"""Models of the Open Inference Protocol: a model is an experiment, and a version is an epoch."""

from api.prediction.models import ModelCache
from api.services.loaded_models import loaded
from api.services.lookup import EXPERIMENTS
from gradus.errors import NotFound
from gradus.wire.inference import ModelMetadata
from hub.hub import Hub
from hub.jobs.weights import Epoch, epochs_of

PLATFORM = "onnx_onnxv1"


def epoch_of(version: str | None) -> Epoch:
    """The epoch that a version's name stands for; the best epoch without a version.

    Raises:
        NotFound: no epoch can have this name.
    """
    if version is None or version == "best":
        return "best"
    if version == "last":
        return "last"
    if not (version.isascii() and version.isdecimal() and len(version) <= 7):
        raise NotFound(f"no version '{version[:100]}': versions are epochs", code="no_checkpoint")
    return int(version)


def metadata(hub: Hub, models: ModelCache, workspace_id: str, name: str, epoch: Epoch) -> ModelMetadata:
    """The inputs and outputs of a model.

    Raises:
        NotFound: there is no such experiment or epoch.
    """
    model = loaded(hub, models, workspace_id, name, epoch)
    from api.prediction.tensors import described  # noqa: PLC0415 (imports numpy)

    with hub.read() as session:
        epochs = epochs_of(session, EXPERIMENTS.found(session, workspace_id, name))
    return ModelMetadata(
        name=model.origin.experiment_id,
        versions=tuple(map(str, epochs)),
        platform=PLATFORM,
        inputs=tuple(map(described, model.signature.inputs)),
        outputs=tuple(map(described, model.signature.outputs)),
    )


def infer(
    hub: Hub, models: ModelCache, workspace_id: str, name: str, epoch: Epoch, body: bytes, document_bytes: int | None
) -> tuple[bytes, int | None]:
    """The answer to a request, and the length in bytes of the JSON document at its beginning; None if no binary tensors
    follow the document.

    Raises:
        NotFound: there is no such experiment or epoch.
        BadRequest: the body breaks the rules of the protocol.
        InvalidSpec: the tensors do not fit the model.
    """
    model = loaded(hub, models, workspace_id, name, epoch)
    from api.prediction.inference import infer as answer  # noqa: PLC0415 (imports numpy)

    return answer(model, body, document_bytes)
