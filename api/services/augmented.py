"""Previews of what augmentation does to the images of a data set."""

from api.http.parsing import invalid
from api.ids import is_preview_id
from api.services import datasets, facts
from gradus.errors import InvalidSpec, NotFound
from gradus.resolved import ResolvedSpec
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.wire.augmented import AugmentedRequest
from gradus.wire.problem import Mistake
from hub.datasets import stored_tables
from hub.datasets.table_ref import TableRef
from hub.hub import Hub
from hub.questions import questions as asked
from hub.questions.augmented import AugmentedAnswer
from hub.questions.question import AugmentedQuestion
from hub.questions.questions import Outcome


def ask(hub: Hub, workspace_id: str, id_or_name: str, request: AugmentedRequest) -> str:
    """Ask for the contact sheet; returns the question's id.

    Raises:
        NotFound: the workspace sees no such data set.
        InvalidSpec: the data set has no images, or no such example.
        Conflict: the data set has not been read.
        TooManyRequests: the workspace has too many open questions.
    """
    one = _resolved(hub, workspace_id, datasets.get(hub, workspace_id, id_or_name).name, request)
    examples = _examples(request, one.data.train_examples)
    with hub.write() as session:
        digest = one.spec.dataset.digest
        table = None if digest is None else stored_tables.with_digest(session, workspace_id, digest)
        question = AugmentedQuestion(
            dataset=one.spec.dataset,
            data=one.data,
            table=None if table is None else TableRef(key=table.key, digest=table.digest),
            seed=request.seed,
            epoch=request.epoch,
            epochs=request.epochs,
            examples=examples,
        )
        return asked.ask(session, workspace_id, question, hub.settings.quotas)


def check(hub: Hub, workspace_id: str, id_or_name: str, question_id: str) -> str:
    """Check that the data set has this preview, and return its id.

    Raises:
        NotFound: the workspace sees no such data set, or it has no such preview.
    """
    name = datasets.get(hub, workspace_id, id_or_name).name
    with hub.read() as session:
        found = asked.request_of(session, workspace_id, question_id) if is_preview_id(question_id) else None
    if not isinstance(found, AugmentedQuestion) or found.dataset.name != name:
        raise NotFound(f"no preview {question_id[:100]}: ask again")
    return question_id


def sheet(outcome: Outcome) -> bytes:
    """The PNG file of an answer."""
    assert outcome.answer is not None
    return AugmentedAnswer.model_validate_json(outcome.answer).file


def _resolved(hub: Hub, workspace_id: str, name: str, request: AugmentedRequest) -> ResolvedSpec:
    dataset = Dataset(name=name, version=request.version, augment=request.augment)
    try:
        one = facts.resolved(hub, workspace_id, Spec(dataset=dataset, layers=()))
    except InvalidSpec as error:
        here = (mistake.model_copy(update={"path": mistake.path.removeprefix("dataset/")}) for mistake in error.errors)
        raise invalid(*here) from None
    if one.data.image is None:  # even if `augment` is empty
        raise invalid(Mistake(path="augment", message=f"augment is for images, but '{name}' has none", input=None))
    return one


def _examples(request: AugmentedRequest, train: int) -> tuple[int, ...]:
    if isinstance(request.examples, int):
        return tuple(range(min(request.examples, train)))
    for i, place in enumerate(request.examples):
        if place >= train:
            message = f"there are {train:,} training examples, counted from 0, and no example {place}"
            raise invalid(Mistake(path=f"examples/{i}", message=message, input=place))
    return request.examples
