"""The kinds of questions. A question contains everything that is needed to answer it, so that the answer depends on
nothing else.

The function that answers each kind is in `worker/answering/answer.py`.
"""

import hashlib
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from gradus.dataset_plan import DatasetPlan
from gradus.device_name import ONEDNN_EVERYWHERE
from gradus.errors import Unavailable
from gradus.facts import Part
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.wire.finding import Finding
from gradus.wire.message import Message
from gradus.wire.predicted_file import FileFormat
from hub.datasets.table_ref import TableRef
from hub.jobs.checkpoint_ref import CheckpointRef


class TrainedNetwork(Message):
    """An experiment's network as it was at the end of an epoch, and its data."""

    experiment_id: str
    spec: Spec
    """The resolved spec."""
    data: DatasetPlan
    epoch: int
    """Epochs done."""
    checkpoint: CheckpointRef
    which: Literal["last", "best"] = "last"
    """`last`: the weights at the checkpoint. `best`: those of the best epoch before it."""
    table: TableRef | None = None
    """The stored table of an uploaded data set; None for a built-in one, or if it was deleted."""
    libraries: str = Field(default=ONEDNN_EVERYWHERE, exclude_if=lambda one: one == ONEDNN_EVERYWHERE)
    """The libraries of large matrix products, as in the `CpuName` of the run: an answer reproduces the run's outputs.
    The default is not serialized, so that questions asked before there was a choice keep their digest."""


class EvaluationQuestion(Message):
    """How good is a network on a split?"""

    kind: Literal["evaluation"] = "evaluation"
    revision: Literal[1, 2, 3] = 3
    """Increases when a new version of the service answers the same question differently, because stored answers are
    reused."""
    network: TrainedNetwork
    split: Part
    by: str | None = None
    """A column: the metrics are also computed separately for each of its values."""
    miss_cost: float = 1.0
    """The cost of a miss relative to that of a false alarm, for choosing a threshold."""


class OutcomesQuestion(Message):
    """What does a classifier predict for each example of a split?"""

    kind: Literal["outcomes"] = "outcomes"
    revision: Literal[1] = 1
    network: TrainedNetwork
    split: Part


class CalibrationQuestion(Message):
    """Which calibration, fitted to the validation split, makes predictions come true as often as they say?"""

    kind: Literal["calibration"] = "calibration"
    revision: Literal[1] = 1
    network: TrainedNetwork


class ImportanceQuestion(Message):
    """How much worse does a network predict when the values of a column come from other examples?"""

    kind: Literal["importance"] = "importance"
    revision: Literal[1, 2] = 2
    network: TrainedNetwork
    others: tuple[TrainedNetwork, ...] = ()
    """Networks of the same spec with other seeds."""
    split: Part
    repeats: int
    """Other examples from which each example gets the values, two or more."""
    columns: tuple[str, ...] = ()
    """The columns that are shuffled; empty for all."""
    together: tuple[str, ...] = ()
    """Columns that are also shuffled together."""


class UploadedFile(Message):
    """An uploaded file from which no data set was made."""

    parts: tuple[TableRef, ...]
    """The artifacts of its parts, in order."""
    parse: dict[str, Any]
    """The options for reading the file; missing options are guessed."""


_OPTIONS = {"top": None, "absent": "refuse", "temperature": None, "half_widths": None}
"""The options of revision 3, with the values that revision 2 has for them."""


class PredictionsQuestion(Message):
    """What does a network predict for each row of a stored table, or of an upload?"""

    kind: Literal["predictions"] = "predictions"
    revision: Literal[1, 2, 3] = 2
    """3 with one of the options that workers of revision 2 ignore. They refuse to read revision 3, and leave the
    question to newer workers, instead of writing another file than the one that was asked for."""
    network: TrainedNetwork
    dataset: str
    """The name of the data set or of the upload, for messages."""
    table: TableRef | None
    """None for an upload."""
    upload: UploadedFile | None = None
    format: FileFormat
    probabilities: bool
    top: int | None = Field(default=None, exclude_if=lambda one: one is None)
    """Number of probabilities for each row; None for all. This and the next options are not serialized while they have
    their defaults, so that questions asked before the options existed keep their digest."""
    absent: Literal["refuse", "missing"] = Field(default="refuse", exclude_if=lambda one: one == "refuse")
    temperature: float | None = Field(default=None, exclude_if=lambda one: one is None)
    """What the logits are divided by; None for uncalibrated probabilities."""
    half_widths: tuple[float, ...] | None = Field(default=None, exclude_if=lambda one: one is None)
    """Half the width of each target's interval; None for no intervals."""

    @model_validator(mode="before")
    @classmethod
    def _with_revision(cls, given: Any) -> Any:
        """Questions that were stored have their revision; a new one gets the revision that its options need."""
        if not isinstance(given, dict) or "revision" in given:
            return given
        has_options = any(given.get(one, default) != default for one, default in _OPTIONS.items())
        return {**given, "revision": 3} if has_options else given


class ProbeQuestion(Message):
    """What will a spec do? Measured on its initial network."""

    kind: Literal["probe"] = "probe"
    revision: Literal[1, 2] = 2
    spec: Spec
    """The resolved spec."""
    data: DatasetPlan
    table: TableRef | None = None
    """The stored table of an uploaded data set; None for a built-in one."""


class CuresQuestion(Message):
    """What would the patches of a finished run's findings change? Measured on the initial networks of the spec and of
    the patched specs."""

    kind: Literal["cures"] = "cures"
    revision: Literal[1] = 1
    experiment_id: str
    spec: Spec
    """The resolved spec."""
    data: DatasetPlan
    findings: tuple[Finding, ...]
    """The findings that have patches of the spec."""
    table: TableRef | None = None
    """The stored table of an uploaded data set; None for a built-in one."""


class Cures(Message):
    """The answer: the same findings with only those patches that remove the finding, each with its effect."""

    findings: tuple[Finding, ...]


class AugmentedQuestion(Message):
    """What does augmentation do to training images?"""

    kind: Literal["augmented"] = "augmented"
    revision: Literal[1] = 1
    dataset: Dataset
    """The resolved description of the data set, including the augmentation."""
    data: DatasetPlan
    table: TableRef | None
    """The stored table of an uploaded data set; None for a built-in one."""
    seed: int
    epoch: int
    epochs: int
    examples: tuple[int, ...]
    """Positions in the training split."""


AboutNetwork = EvaluationQuestion | OutcomesQuestion | CalibrationQuestion | ImportanceQuestion | PredictionsQuestion
"""The questions about the network of an experiment."""
Question = Annotated[AboutNetwork | ProbeQuestion | CuresQuestion | AugmentedQuestion, Field(discriminator="kind")]

QUESTIONS: TypeAdapter[Question] = TypeAdapter(Question)


class NewerQuestion(Unavailable):
    """The question was asked by a newer version, and has parts that this version does not know."""


def understood(request: str) -> Question:
    """The question in a stored request.

    Raises:
        NewerQuestion: this version cannot read it, or would ignore an option of it.
    """
    try:
        question = QUESTIONS.validate_json(request)
    except ValidationError as error:
        raise NewerQuestion("the question was asked by a newer version of the service", code="newer") from error
    unknown = question.model_extra or next((one.model_extra for one in networks_of(question) if one.model_extra), None)
    if unknown:
        names = ", ".join(unknown)
        raise NewerQuestion(f"the question was asked by a newer version of the service, with {names}", code="newer")
    return question


def networks_of(question: Question) -> tuple[TrainedNetwork, ...]:
    """The networks that a question is about."""
    if isinstance(question, ImportanceQuestion):
        return question.network, *question.others
    return (question.network,) if isinstance(question, AboutNetwork) else ()


PREFIXES = {
    "evaluation": "evl",
    "outcomes": "out",
    "calibration": "cal",
    "importance": "imp",
    "predictions": "prd",
    "probe": "prb",
    "cures": "cur",
    "augmented": "aug",
}
"""The prefix of the ids of each kind."""


def digest_of(question: Question) -> str:
    """SHA-256 of a question. It does not depend on where the table is stored, as the spec has its digest."""
    is_about_network = isinstance(question, AboutNetwork)
    where: Any = {"network": {"table"}, "others": {"__all__": {"table"}}} if is_about_network else {"table"}
    return hashlib.sha256(question.model_dump_json(exclude=where).encode()).hexdigest()


def experiment_of(question: Question) -> str | None:
    """The experiment that a question is about, of several the first; None for probes and previews."""
    if isinstance(question, CuresQuestion):
        return question.experiment_id
    return question.network.experiment_id if isinstance(question, AboutNetwork) else None
