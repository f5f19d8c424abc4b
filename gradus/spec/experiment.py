"""The experiment spec: everything that determines what a run computes."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticKnownError

from gradus.spec.activation import Activation
from gradus.spec.batch import BatchSize
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.checkpoint import Checkpoint, CheckpointSetting
from gradus.spec.clip import ClipNorm
from gradus.spec.dataset import DatasetSetting
from gradus.spec.device import Device
from gradus.spec.dropout import DropoutRate
from gradus.spec.early_stopping import EarlyStoppingSetting
from gradus.spec.embeddings import NoEmbeddings, NumberEmbeddings
from gradus.spec.initializer import Auto, Initializer, resolve_init
from gradus.spec.layer import AnyLayer, Layer, Residual, WeightedLayer
from gradus.spec.loss import PLAIN_LOSSES, AutoLoss, Loss, Task, resolve_loss
from gradus.spec.optimizer import Adam, Optimizer
from gradus.spec.penalty import PenaltyFactor
from gradus.spec.pool import AvgPool, MaxPool
from gradus.spec.precision import Precision
from gradus.spec.schedule import DEPENDS_ON_EPOCHS, ConstantRate, Schedule
from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel
from gradus.spec.statistics import StatisticsLevel

MAX_LAYERS = 256
"""Maximum number of layers, including those within residual connections."""
MAX_EPOCHS = 100_000


def _without_duplicates(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))


def _refuse_too_many(layers: Any) -> Any:
    """Refuse too many layers before validating them: each could add ten validation errors."""
    if isinstance(layers, list | tuple) and sum(map(_number, layers)) > MAX_LAYERS:
        facts = {"field_type": "Tuple", "max_length": MAX_LAYERS, "actual_length": len(layers)}
        raise PydanticKnownError("too_long", facts)
    return layers


def _number(layer: Any) -> int:
    """The number of layers: 1 plus the layers within."""
    within = layer.get("layers") if isinstance(layer, Mapping) else getattr(layer, "layers", None)
    return 1 + (len(within) if isinstance(within, list | tuple) else 0)


Name = Annotated[str, Field(max_length=200)]
Tag = Annotated[str, Field(min_length=1, max_length=100)]
Tags = Annotated[tuple[Tag, ...], Field(strict=False, max_length=50), AfterValidator(_without_duplicates)]
Notes = Annotated[str, Field(max_length=20_000)]

Priority = Annotated[int, Field(ge=-10, le=10)]

METADATA_FIELDS = frozenset({"name", "tags", "notes", "priority"})
"""The fields that can be changed at any time: name, tags and notes for people, and the priority in the queue."""
FIELDS_WITHOUT_EFFECT = METADATA_FIELDS | {"checkpoint", "statistics"}
"""The fields that do not affect what a run computes."""
ADDED_FIELDS: dict[str, Any] = {"output_init": None, "number_embeddings": {"kind": "none"}}
"""Fields of later versions, with their neutral values: these do not change the fingerprints of older specs."""


class Spec(SpecModel):
    """A network, a data set and a training method. Only `dataset` and `layers` are required."""

    name: Name = ""
    """Display name."""
    tags: Tags = ()
    """Labels for filters. Duplicates are removed."""
    notes: Notes = ""
    """Free-form notes."""
    priority: Priority = 0
    """Place in the queue: a run of higher priority starts first. Among runs of equal priority, workspaces take
    turns."""
    dataset: DatasetSetting
    """The data set: a name or an object. It determines the task and the output layer."""
    layers: Annotated[tuple[Layer, ...], BeforeValidator(_refuse_too_many)] = Field(strict=False, max_length=MAX_LAYERS)
    """Hidden layers from input to output; may be empty. The integer n stands for a dense layer of n units."""
    number_embeddings: NumberEmbeddings = NoEmbeddings()
    """How the network reads the numbers of a table: as they are, or as learned periodic functions of them."""
    activation: Activation = "relu"
    """Activation function of every hidden layer that does not set its own."""
    init: Initializer = Auto()
    """Initializer of every hidden layer that does not set its own, and of the output layer unless `output_init` is
    set."""
    output_init: Initializer | None = None
    """Initializer of the output layer; null for `init`."""
    batch_norm: BatchNormSetting = False
    """Batch normalization of every hidden layer that does not set it."""
    dropout: DropoutRate = 0.0
    """Dropout rate of every hidden layer that does not set its own: the probability that a unit is dropped."""
    input_dropout: DropoutRate = 0.0
    """Probability that an input is dropped."""
    l1: PenaltyFactor = 0.0
    """Factor of the L1 penalty: adds l1·Σ|w| over all weights to the loss."""
    l2: PenaltyFactor = 0.0
    """Factor of the L2 penalty: adds l2·Σw² (no factor 1/2) over all weights to the loss."""
    loss: Loss = AutoLoss()
    """Loss that training minimizes."""
    optimizer: Optimizer = Adam()
    """Optimizer and its parameters, such as the learning rate."""
    schedule: Schedule = ConstantRate()
    """Learning rate schedule."""
    batch_size: BatchSize = 64
    """Examples per step: 1 = stochastic, n = mini-batch, "full" = full-batch gradient descent."""
    epochs: int = Field(default=10, ge=1, le=MAX_EPOCHS)
    """Passes over the training examples."""
    max_seconds: float | None = Field(default=None, gt=0, le=31_536_000)
    """Time limit: ends the run after this many seconds of training, summed over all its attempts. Waiting time does not
    count."""
    early_stopping: EarlyStoppingSetting = None
    """Early stopping: ends the run when a validation metric no longer improves."""
    clip_norm: ClipNorm | None = None
    """Gradient clipping: the maximum L2 norm of the whole gradient."""
    seed: Seed = 0
    """Random seed. The same spec and seed give the same results on an equal `device` of the experiment, which names the
    processor, the number of threads, the libraries and torch's version."""
    precision: Precision = "float32"
    """Number format of the matrix products. bfloat16 is emulated by rounding: it saves no time."""
    device: Device = "auto"
    """Kind of device to train on; on a CPU, the number of threads may be given, too."""
    checkpoint: CheckpointSetting = Checkpoint()
    """Which checkpoints to keep besides the best and the last; does not change the results."""
    statistics: StatisticsLevel = "default"
    """What is measured of the layers at the end of an epoch: nothing, norms and activations, or also histograms; does
    not change the results."""

    def __init__(self, /, **fields: Any) -> None:
        """Every field accepts its shorthands: `Spec(dataset="mnist", layers=[300, 100])`."""
        super().__init__(**fields)

    def written_out(self, task: Task | None = None) -> Self:
        """The same experiment with every default written out that follows from the spec alone; if a task is given, the
        loss, too. `gradus.resolved` writes out the data set, too."""
        loss = self.loss if task is None else resolve_loss(self.loss, task)
        return self.model_copy(update={"layers": tuple(map(self._resolved_layer, self.layers)), "loss": loss})

    def _resolved_layer(self, layer: AnyLayer) -> AnyLayer:
        return self._resolved_residual(layer) if isinstance(layer, Residual) else self._resolved(layer, self.activation)

    def _resolved_residual(self, layer: Residual) -> Residual:
        *first, last = layer.layers
        inner = (*(self._resolved(one, self.activation) for one in first), self._resolved(last, "identity"))
        return layer.model_copy(update={"layers": inner, "activation": layer.activation or self.activation})

    def _resolved(self, layer: AnyLayer, activation: Activation) -> AnyLayer:
        """The layer with its defaults written out; `activation` is the default activation."""
        return layer.model_copy(update=dict(self._defaults(layer, activation)))

    def _defaults(self, layer: AnyLayer, activation: Activation) -> dict[str, Any]:
        if isinstance(layer, MaxPool | AvgPool):
            return {"stride": layer.stride or layer.size}
        if not isinstance(layer, WeightedLayer):
            return {}
        activation = activation if layer.activation is None else layer.activation
        return {
            "activation": activation,
            "init": resolve_init(self.init if layer.init is None else layer.init, activation),
            "batch_norm": self.batch_norm if layer.batch_norm is None else layer.batch_norm,
            "dropout": self.dropout if layer.dropout is None else layer.dropout,
        }

    def depends_on_epochs(self) -> bool:
        """Whether an epoch's results may depend on the planned number of epochs. If so, an extended run may differ from
        a run that had all its epochs from the start."""
        return isinstance(self.schedule, DEPENDS_ON_EPOCHS) or self.early_stopping is not None

    def document(self) -> dict[str, Any]:
        """The spec as a JSON document, with every default written out that follows from the spec alone."""
        return self.written_out().model_dump(mode="json")


_PLAIN_LOSSES = [loss.model_dump(mode="json") for loss in PLAIN_LOSSES]
"""The losses of specs without a `loss`."""


def fingerprint_of(document: dict[str, Any]) -> str:
    """SHA-256, in hexadecimal, of a resolved spec's document without the fields that do not change its results.

    The default loss of a task is left out, so that specs of older versions, which have no `loss`, keep their
    fingerprints. Older specs with AdamW, which decayed all parameters, keep theirs, too.
    """
    unset = {key for key, default in ADDED_FIELDS.items() if document.get(key) == default}
    computed = {key: value for key, value in document.items() if key not in FIELDS_WITHOUT_EFFECT | unset}
    if computed.get("loss") in _PLAIN_LOSSES:
        del computed["loss"]
    if isinstance(optimizer := computed.get("optimizer"), dict) and optimizer.get("decay") == "all":
        computed["optimizer"] = {key: value for key, value in optimizer.items() if key != "decay"}
    positive = json.loads(json.dumps(computed), parse_float=lambda text: float(text) + 0.0)  # -0.0 equals 0.0
    canonical = json.dumps(positive, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
