"""The replies of a process that cannot answer."""

import pytest

from gradus.errors import NotFound
from gradus.spec.experiment import Spec
from hub.artifacts.manifest import Damaged
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.questions.question import EvaluationQuestion, TrainedNetwork
from tests.built_in import resolved
from worker.answering import answer
from worker.answering.protocol import Ask, Refused
from worker.data.errors import DataError

ONE = resolved(Spec(dataset="digits", layers=[8]))
AT = CheckpointRef(key="exp_1/1-1-9", digest="d", size=1, epoch=1, step=9, whole=True)
NETWORK = TrainedNetwork(experiment_id="exp_1", spec=ONE.spec, data=ONE.data, epoch=1, checkpoint=AT)
ASKED = Ask(
    question=EvaluationQuestion(network=NETWORK, split="test"), dataset_dirs=(), artifacts_url="", folder=""
).model_dump_json()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("no column 'x'"), 404, "not_found"),
        (DataError("the data set was deleted"), 409, "data_error"),
        (Damaged("state.json is missing"), 409, "damaged"),
        (MemoryError(), 413, "too_large"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"), 413, "too_large"),
    ],
)
def test_what_another_process_could_not_answer_either_is_refused(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    def failing(_: Ask) -> None:
        raise error

    monkeypatch.setattr(answer, "answer", failing)
    refused = answer.reply(ASKED.encode(), 2.0)
    assert isinstance(refused, Refused)
    assert (refused.problem.status, refused.problem.code) == (status, code)


def test_a_fault_of_ours_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(answer, "evaluation")
    with pytest.raises(NameError):
        answer.reply(ASKED.encode(), 2.0)
