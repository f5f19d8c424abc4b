"""Questions in the database: identical ones are one, one worker answers each, and lost answers are tried once more."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gradus.errors import Conflict, TooManyRequests
from gradus.spec.experiment import Spec
from hub.artifacts.manifest import Receipt
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.leases import LeaseLost
from hub.jobs.reconciler import clean_up, reconcile
from hub.questions import leases, questions
from hub.questions.leases import ClaimedQuestion
from hub.questions.question import EvaluationQuestion, TrainedNetwork
from hub.questions.questions import MOST_OPEN, Outcome
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, QuestionRow, RemovalRow
from tests.built_in import resolved
from tests.integration.hub.work import submit

TERM = timedelta(seconds=15)
FILES = Receipt("a" * 64, 1)
REFUSAL = Conflict("the data set was deleted", code="data_error")


@pytest.fixture
def row(hub: Hub) -> ExperimentRow:
    return submit(hub)


def question(row: ExperimentRow, digest: str = "d") -> EvaluationQuestion:
    spec = Spec(dataset="digits", layers=[8])
    at = CheckpointRef(key=f"{row.id}/1-1-9", digest=digest, size=1, epoch=1, step=9, whole=True)
    one = resolved(spec)
    network = TrainedNetwork(experiment_id=row.id, spec=one.spec, data=one.data, epoch=1, checkpoint=at)
    return EvaluationQuestion(network=network, split="test")


def ask(hub: Hub, asked: EvaluationQuestion) -> str:
    with hub.write() as session:
        return questions.ask(session, DEFAULT_WORKSPACE, asked)


def claim(hub: Hub, question_id: str, owner: str = "wrk_1") -> ClaimedQuestion | None:
    with hub.write() as session:
        return leases.claim(session, question_id, owner, TERM)


def claimed(hub: Hub, question_id: str, owner: str = "wrk_1") -> ClaimedQuestion:
    found = claim(hub, question_id, owner)
    assert found is not None
    return found


def outcome(hub: Hub, question_id: str) -> Outcome:
    with hub.read() as session:
        found = questions.outcome(session, DEFAULT_WORKSPACE, question_id)
        assert found is not None
        return found


def change(hub: Hub, question_id: str, **values: object) -> None:
    with hub.write() as session:
        session.execute(update(QuestionRow).where(QuestionRow.id == question_id).values(**values))


def long_ago(**ago: float) -> datetime:
    return datetime.now(UTC) - timedelta(**ago)


def test_a_question_is_answered_once_and_then_known(hub: Hub, row: ExperimentRow) -> None:
    asked = question(row)
    id_ = ask(hub, asked)
    assert id_.startswith("evl_")
    assert ask(hub, asked) == id_ != ask(hub, question(row, "other"))
    one = claimed(hub, id_)
    assert one.question == asked
    assert claim(hub, id_, "wrk_2") is None
    assert not outcome(hub, id_).over
    with hub.write() as session:
        leases.answered(session, one.lease, '{"n": 1}', FILES)
    found = outcome(hub, id_)
    assert (found.answer, found.artifact) == ('{"n": 1}', (f"{id_}/1", FILES.digest))
    assert ask(hub, asked) == id_
    assert claim(hub, id_) is None
    with hub.read() as session:
        assert questions.outcome(session, "another workspace", id_) is None
        assert questions.is_over(session, DEFAULT_WORKSPACE, id_)


def test_a_worker_that_lost_its_lease_answers_nothing(hub: Hub, row: ExperimentRow) -> None:
    id_ = ask(hub, question(row))
    stale = claimed(hub, id_).lease
    change(hub, id_, lease_until=long_ago(hours=1))
    fresh = claimed(hub, id_, "wrk_2").lease
    writes: tuple[Callable[[Session], None], ...] = (
        lambda session: leases.heartbeat(session, stale),
        lambda session: leases.answered(session, stale, "{}", None),
        lambda session: leases.fail(session, stale, REFUSAL),
        lambda session: leases.record_loss(session, stale),
        lambda session: leases.release(session, stale),
    )
    for write in writes:
        with pytest.raises(LeaseLost), hub.write() as session:
            write(session)
    with hub.read() as session:
        assert leases.may_delete_files(session, stale)
        assert not leases.may_delete_files(session, fresh)
        assert session.get(RemovalRow, stale.key) is not None
    with hub.write() as session:
        leases.answered(session, fresh, "{}", None)
    assert outcome(hub, id_).answer == "{}"


def test_a_lost_answer_is_tried_once_more_and_then_fails(hub: Hub, row: ExperimentRow) -> None:
    of_worker, of_process = ask(hub, question(row)), ask(hub, question(row, "other"))
    for _ in range(2):
        claimed(hub, of_worker)
        change(hub, of_worker, lease_until=long_ago(hours=1))
    assert claim(hub, of_worker) is None
    for _ in range(2):
        lease = claimed(hub, of_process).lease
        with hub.write() as session:
            leases.record_loss(session, lease)
    assert claim(hub, of_process) is None
    for id_ in (of_worker, of_process):
        problem = outcome(hub, id_).problem
        assert problem is not None
        assert (problem.status, problem.code) == (503, "not_answered")


def test_a_released_question_may_be_taken_at_once_and_counts_as_no_loss(hub: Hub, row: ExperimentRow) -> None:
    id_ = ask(hub, question(row))
    for _ in range(3):
        lease = claimed(hub, id_).lease
        with hub.write() as session:
            leases.release(session, lease)
    assert claim(hub, id_) is not None


def test_a_failed_question_is_asked_again_but_not_by_those_who_look_whether_it_has_failed(
    hub: Hub, row: ExperimentRow
) -> None:
    asked = question(row)
    id_ = ask(hub, asked)
    lease = claimed(hub, id_).lease
    with hub.write() as session:
        leases.fail(session, lease, REFUSAL)
    assert ask(hub, asked) == id_
    problem = outcome(hub, id_).problem
    assert problem is not None
    assert (problem.status, problem.code, problem.detail) == (409, "data_error", REFUSAL.detail)
    change(hub, id_, finished_at=long_ago(minutes=1))
    assert ask(hub, asked) == id_
    assert not outcome(hub, id_).over
    assert claimed(hub, id_).lease.token == 2


def test_a_lost_message_is_sent_again(hub: Hub, row: ExperimentRow) -> None:
    id_ = ask(hub, question(row))
    hub.flush()
    while hub.queue.next_question(0.1):
        pass
    change(hub, id_, message_sent_at=long_ago(minutes=1))
    assert reconcile(hub, "wrk_1") >= 1
    hub.flush()
    assert hub.queue.next_question(1) == id_
    assert hub.queue.next_question(0.1) is None


def test_questions_and_their_files_are_deleted_after_a_week_and_with_their_experiment(
    hub: Hub, row: ExperimentRow
) -> None:
    expired, kept = ask(hub, question(row)), ask(hub, question(row, "other"))
    change(hub, expired, expires_at=long_ago(days=1))
    clean_up(hub, "wrk_1")
    assert ids(hub) == [kept]
    with hub.write() as session:
        again = session.get_one(ExperimentRow, row.id)
        experiments.remove(session, again)
    assert ids(hub) == []
    with hub.read() as session:
        assert session.get(RemovalRow, expired) is not None
        assert session.get(RemovalRow, kept) is not None


def ids(hub: Hub) -> list[str]:
    with hub.read() as session:
        return list(session.scalars(select(QuestionRow.id)))


def test_a_workspace_has_no_more_than_so_many_open_questions(hub: Hub, row: ExperimentRow) -> None:
    asked = [ask(hub, question(row, str(i))) for i in range(MOST_OPEN)]
    with pytest.raises(TooManyRequests, match="100 open questions"):
        ask(hub, question(row, "one too many"))
    assert ask(hub, question(row, "0")) == asked[0]
    with hub.read() as session:
        assert session.scalar(select(func.count()).select_from(QuestionRow)) == MOST_OPEN
