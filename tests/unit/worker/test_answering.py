"""The responses of a process that cannot answer a question."""

from pathlib import Path

import pytest

from gradus.errors import InvalidSpec, NotFound, Unavailable
from gradus.spec.experiment import Spec
from hub.artifacts.manifest import Damaged
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.questions.question import EvaluationQuestion, TrainedNetwork, UploadedFile
from preprocessing.encode import Fitted
from reading import child
from reading.failure import FailureCode, ReadingFailed
from reading.request import ReadRequest
from tests.built_in import resolved
from worker.answering import answer
from worker.answering.protocol import Ask, Refused
from worker.answering.uploaded_table import uploaded_table
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


@pytest.mark.parametrize(
    ("code", "raised"), [("machine_error", ReadingFailed), ("disk_full", Unavailable), ("data_error", InvalidSpec)]
)
def test_predictions_for_an_upload_are_refused_for_good_only_because_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: FailureCode, raised: type[Exception]
) -> None:
    def failing(_: ReadRequest) -> None:
        raise ReadingFailed(code, "x")

    monkeypatch.setattr(child, "read", failing)
    ask = Ask.model_validate_json(ASKED).model_copy(update={"artifacts_url": str(tmp_path), "folder": str(tmp_path)})
    upload = UploadedFile(parts=(), parse={})
    with pytest.raises(raised), uploaded_table(ask, upload, "x", Fitted(digest="d", columns=())):
        pass
