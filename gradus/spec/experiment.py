"""The experiment spec: everything that decides what a run computes."""

import hashlib
import json
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError, PydanticKnownError

from gradus.spec.activation import Activation
from gradus.spec.batch import BatchSize, examples_per_step
from gradus.spec.batch_norm import BatchNormSetting
from gradus.spec.checkpoint import Checkpoint, CheckpointSetting
from gradus.spec.clip import ClipNorm
from gradus.spec.dataset import DatasetSetting
from gradus.spec.device import DeviceChoice
from gradus.spec.dropout import DropoutRate
from gradus.spec.early_stopping import EarlyStoppingSetting
from gradus.spec.initializer import Auto, Initializer, resolve_init
from gradus.spec.layer import Dense, Layer
from gradus.spec.optimizer import Adam, Optimizer
from gradus.spec.penalty import PenaltyFactor
from gradus.spec.precision import Precision
from gradus.spec.schedule import OVER_THE_RUN, ConstantRate, Schedule
from gradus.spec.seed import Seed
from gradus.spec.spec_model import SpecModel

MAX_LAYERS = 256
MAX_EPOCHS = 100_000


def _each_once(tags: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tags))


def _few(layers: Any) -> Any:
    """Before any of them is validated: each may have ten mistakes."""
    if isinstance(layers, list | tuple) and len(layers) > MAX_LAYERS:
        facts = {"field_type": "Tuple", "max_length": MAX_LAYERS, "actual_length": len(layers)}
        raise PydanticKnownError("too_long", facts)
    return layers


Name = Annotated[str, Field(max_length=200)]
Tag = Annotated[str, Field(min_length=1, max_length=100)]
Tags = Annotated[tuple[Tag, ...], Field(strict=False, max_length=50), AfterValidator(_each_once)]
Notes = Annotated[str, Field(max_length=20_000)]

FOR_PEOPLE = frozenset({"name", "tags", "notes"})
"""The fields that can be changed at any time."""
NOT_COMPUTED = FOR_PEOPLE | {"checkpoint"}
"""The fields that do not change what is computed."""


class Spec(SpecModel):
    """One network, one data set, one way of training. Only `dataset` and `layers` are required."""

    name: Name = ""
    """For people."""
    tags: Tags = ()
    """For people, and for filters. A tag that is named twice counts once."""
    notes: Notes = ""
    """For people."""
    dataset: DatasetSetting
    """What to learn; a name or an object. The output layer and the loss follow from it."""
    layers: Annotated[tuple[Layer, ...], BeforeValidator(_few)] = Field(strict=False, max_length=MAX_LAYERS)
    """Hidden layers from input to output; may be empty. The integer n is a dense layer of n units."""
    activation: Activation = "relu"
    """Of every layer that has none of its own."""
    init: Initializer = Auto()
    """Of every layer that has none of its own, and of the output layer."""
    batch_norm: BatchNormSetting = False
    """Of every hidden layer that has none of its own."""
    dropout: DropoutRate = 0.0
    """Of every hidden layer that has none of its own: probability of dropping a unit."""
    input_dropout: DropoutRate = 0.0
    """Probability of dropping an input."""
    l1: PenaltyFactor = 0.0
    """Adds l1·Σ|w| to the loss, over weights."""
    l2: PenaltyFactor = 0.0
    """Adds l2·Σw² to the loss, over weights (no half)."""
    optimizer: Optimizer = Adam()
    """How a gradient becomes a step."""
    schedule: Schedule = ConstantRate()
    """How the learning rate changes with the epochs."""
    batch_size: BatchSize = 64
    """Examples in a step: 1 = stochastic, n = mini-batch, "full" = batch gradient descent."""
    epochs: int = Field(default=10, ge=1, le=MAX_EPOCHS)
    """Passes over the training examples."""
    max_seconds: float | None = Field(default=None, gt=0, le=31_536_000)
    """Ends the run after so many seconds of training, however many epochs that is. The seconds of all its attempts
    count together; waiting does not count."""
    early_stopping: EarlyStoppingSetting = None
    """Ends the run when a validation metric no longer improves."""
    clip_norm: ClipNorm | None = None
    """Largest norm of the gradient."""
    seed: Seed = 0
    """The same spec and seed give the same numbers on the same device: hardware, threads and version of torch."""
    precision: Precision = "float32"
    """Number format of the matrix products."""
    device: DeviceChoice = "auto"
    """Kind of device to wait for."""
    checkpoint: CheckpointSetting = Checkpoint()
    """Which checkpoints to keep beside the best and the last; changes no number."""

    def __init__(self, /, **fields: Any) -> None:
        """Every field accepts its shorthands: `Spec(dataset="mnist", layers=[300, 100])`."""
        super().__init__(**fields)

    @model_validator(mode="after")
    def _batch_norm_needs_a_batch(self) -> Self:
        one = examples_per_step(self.batch_size, self.dataset.train_examples) == 1
        if one and any(layer.batch_norm for layer in self.resolved().layers):
            place, what = "dataset", "leaves 1 example to train on"
            if self.batch_size == 1:
                place, what = "batch_size", "is 1"
            raise PydanticCustomError(
                "batch_norm_of_one",
                "batch_norm normalises over a batch, and '{place}' {what}: take 2 or more, or batch_norm false",
                {"place": place, "what": what},
            )
        return self

    @model_validator(mode="after")
    def _accuracy_needs_classes(self) -> Self:
        stopping = self.early_stopping
        if stopping and stopping.metric == "validation_accuracy" and self.dataset.facts.task == "regression":
            raise PydanticCustomError(
                "no_accuracy",
                "early_stopping on validation_accuracy, but '{name}' is a regression: use validation_loss",
                {"place": "early_stopping/metric", "name": self.dataset.name},
            )
        return self

    def resolved(self) -> Self:
        """The same experiment with nothing left to defaults: what runs, and what clients get back."""
        return self.model_copy(
            update={"dataset": self.dataset.resolved(), "layers": tuple(map(self._resolved_layer, self.layers))}
        )

    def _resolved_layer(self, layer: Dense) -> Dense:
        activation = self.activation if layer.activation is None else layer.activation
        return layer.model_copy(
            update={
                "activation": activation,
                "init": resolve_init(self.init if layer.init is None else layer.init, activation),
                "batch_norm": self.batch_norm if layer.batch_norm is None else layer.batch_norm,
                "dropout": self.dropout if layer.dropout is None else layer.dropout,
            }
        )

    def depends_on_its_end(self) -> bool:
        """Whether what an epoch gives may depend on how many epochs there are to be, or on when that was said: a run
        that is given more may then have other numbers than one that had them from the start."""
        return isinstance(self.schedule, OVER_THE_RUN) or self.early_stopping is not None

    def document(self) -> dict[str, Any]:
        """The resolved spec as a JSON document."""
        return self.resolved().model_dump(mode="json")

    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of the resolved spec without what changes no number; equal specs, equal prints."""
        return fingerprint_of(self.document())


def fingerprint_of(document: dict[str, Any]) -> str:
    """The fingerprint of a resolved spec's document."""
    computed = {key: value for key, value in document.items() if key not in NOT_COMPUTED}
    positive = json.loads(json.dumps(computed), parse_float=lambda text: float(text) + 0.0)  # -0.0 equals 0.0
    canonical = json.dumps(positive, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
