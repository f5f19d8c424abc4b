"""Questions in the database: identical questions are stored once, one worker answers each, and a question whose worker
is lost is asked once more.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gradus.errors import Conflict, TooLarge, TooManyRequests
from gradus.spec.experiment import Spec
from hub.access.quotas import NO_QUOTAS, Quotas
from hub.artifacts.manifest import Receipt
from hub.datasets.datasets import bytes_of
from hub.datasets.table_ref import TableRef
from hub.experiments import experiments
from hub.hub import Hub
from hub.jobs.checkpoint_ref import CheckpointRef
from hub.jobs.leases import LeaseLost
from hub.jobs.reconciler import clean_up, reconcile
from hub.messaging.queue import FILES, IMPORTANCES, QUESTIONS
from hub.questions import leases, questions
from hub.questions.leases import ClaimedQuestion
from hub.questions.question import (
    EvaluationQuestion,
    ImportanceQuestion,
    NewerQuestion,
    PredictionsQuestion,
    Question,
    TrainedNetwork,
    digest_of,
)
from hub.questions.questions import MOST_OPEN, MOST_OPEN_FILES, MOST_OPEN_IMPORTANCES, Outcome
from hub.tables import DEFAULT_WORKSPACE, ExperimentRow, QuestionRow, RemovalRow
from tests.built_in import resolved
from tests.integration.hub.work import submit
from worker.worker_process import SLOTS_OF_LANES

TERM = timedelta(seconds=15)
STORED = Receipt("a" * 64, 1)
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


def of_file(row: ExperimentRow, digest: str = "d") -> PredictionsQuestion:
    table = TableRef(key="ver_1/1", digest=digest)
    network = question(row).network
    return PredictionsQuestion(network=network, dataset="a", table=table, format="csv", probabilities=False)


def of_columns(row: ExperimentRow, *others: ExperimentRow, repeats: int = 5) -> ImportanceQuestion:
    networks = tuple(question(one).network for one in others)
    return ImportanceQuestion(network=question(row).network, others=networks, split="test", repeats=repeats)


def ask(hub: Hub, asked: Question, quotas: Quotas = NO_QUOTAS) -> str:
    with hub.write() as session:
        return questions.ask(session, DEFAULT_WORKSPACE, asked, quotas)


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


def drained(hub: Hub, lane: str) -> list[str]:
    """Take all ids from a queue, including those that other tests left."""
    found: list[str] = []
    while id_ := hub.queue.next_question(0.2, lane):
        found.append(id_)
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
        leases.answered(session, one.lease, '{"n": 1}', STORED)
    found = outcome(hub, id_)
    assert (found.answer, found.artifact) == ('{"n": 1}', (f"{id_}/1", STORED.digest))
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
    change(hub, id_, again_at=long_ago(minutes=1))
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


def test_a_question_that_takes_too_long_is_not_computed_again_for_an_hour(hub: Hub, row: ExperimentRow) -> None:
    asked = question(row)
    id_ = ask(hub, asked)
    lease = claimed(hub, id_).lease
    with hub.write() as session:
        leases.fail(session, lease, TooLarge("the answer takes longer than 300 s"))
    with hub.read() as session:
        again = session.get_one(QuestionRow, id_).again_at
    assert again is not None
    assert timedelta(minutes=59) < again - datetime.now(UTC) < timedelta(minutes=61)
    assert ask(hub, asked) == id_
    assert outcome(hub, id_).over
    change(hub, id_, again_at=datetime.now(UTC) + timedelta(days=9))  # by a wrong clock
    assert ask(hub, asked) == id_
    assert not outcome(hub, id_).over


def test_files_with_predictions_have_a_queue_of_their_own(hub: Hub, row: ExperimentRow) -> None:
    file = ask(hub, of_file(row))
    short = ask(hub, question(row))
    hub.flush()
    assert drained(hub, QUESTIONS)[-1] == short
    assert drained(hub, FILES)[-1] == file
    id_ = ask(hub, question(row, "other"))
    hub.flush()
    assert (hub.queue.next_question(1), hub.queue.next_question(0.1, FILES)) == (id_, None)
    change(hub, file, message_sent_at=long_ago(minutes=1))
    with hub.write() as session:
        assert leases.resend(QUESTIONS, session, long_ago(), TERM, timedelta(seconds=5), 10) == 0
        assert leases.resend(FILES, session, long_ago(), TERM, timedelta(seconds=5), 10) == 1


def test_the_importance_of_columns_delays_no_short_question(hub: Hub, row: ExperimentRow) -> None:
    for lane in (QUESTIONS, IMPORTANCES):
        drained(hub, lane)
    slow = [ask(hub, of_columns(row, repeats=2 + i)) for i in range(MOST_OPEN_IMPORTANCES)]
    short = ask(hub, question(row))
    hub.flush()
    assert drained(hub, QUESTIONS) == [short]
    assert sorted(drained(hub, IMPORTANCES)) == sorted(slow)
    assert SLOTS_OF_LANES.count(QUESTIONS) == 2
    assert IMPORTANCES in SLOTS_OF_LANES
    with pytest.raises(TooManyRequests, match="5 open questions about the importance of columns"):
        ask(hub, of_columns(row, repeats=50))
    change(hub, slow[0], message_sent_at=long_ago(minutes=1))
    with hub.write() as session:
        for lane, sent in ((QUESTIONS, 0), (FILES, 0), (IMPORTANCES, 1)):
            assert leases.resend(lane, session, long_ago(), TERM, timedelta(seconds=30), 10) == sent


def test_a_question_about_several_networks_is_deleted_with_any_of_them(hub: Hub, row: ExperimentRow) -> None:
    first, second, third, other = (submit(hub) for _ in range(4))
    with hub.write() as session:
        for one in (first, second, third):
            session.get_one(ExperimentRow, one.id).sweep_id = "swp_1"
    kept = [ask(hub, of_columns(first, third)), ask(hub, of_columns(other))]
    ask(hub, of_columns(first, second))
    with hub.write() as session:
        experiments.remove(session, session.get_one(ExperimentRow, second.id))
    assert sorted(ids(hub)) == sorted(kept)


def test_a_workspace_has_no_more_than_two_open_files(hub: Hub, row: ExperimentRow) -> None:
    files = [ask(hub, of_file(row, str(i))) for i in range(MOST_OPEN_FILES)]
    with pytest.raises(TooManyRequests, match="2 open files"):
        ask(hub, of_file(row, "one too many"))
    assert ask(hub, of_file(row, "0")) == files[0]
    ask(hub, question(row))
    lease = claimed(hub, files[0]).lease
    with hub.write() as session:
        leases.answered(session, lease, "{}", None)
    ask(hub, of_file(row, "one too many"))


def test_answers_count_into_the_bytes_of_the_workspace(hub: Hub, row: ExperimentRow) -> None:
    id_ = ask(hub, of_file(row))
    lease = claimed(hub, id_).lease
    with hub.write() as session:
        leases.answered(session, lease, '{"n": 1}', Receipt("a" * 64, 1000))
    with hub.read() as session:
        assert bytes_of(session, DEFAULT_WORKSPACE) == 1008
    with pytest.raises(TooManyRequests, match="stores 1,008 bytes"):
        ask(hub, question(row), Quotas(workspace_bytes=1000))
    assert ask(hub, of_file(row), Quotas(workspace_bytes=1000)) == id_, "what is known takes no more room"


def test_a_question_tells_the_libraries_of_the_run_and_keeps_its_digest_with_the_default(
    hub: Hub, row: ExperimentRow
) -> None:
    asked = question(row)
    network = asked.network.model_copy(update={"libraries": "omm"})
    other = asked.model_copy(update={"network": network})
    assert '"libraries"' not in asked.model_dump_json()
    assert type(other).model_validate_json(other.model_dump_json()) == other
    assert ask(hub, asked) != ask(hub, other)


def test_a_worker_leaves_a_question_of_a_newer_version_to_newer_workers(hub: Hub, row: ExperimentRow) -> None:
    asked = of_file(row).model_dump_json()
    id_ = ask(hub, of_file(row))
    newer = {**json.loads(asked), "shuffled": True}, {**json.loads(asked), "revision": 99}
    for request in newer:
        change(hub, id_, request=json.dumps(request))
        with pytest.raises(NewerQuestion, match="newer version"):
            claim(hub, id_)
        with pytest.raises(NewerQuestion), hub.read() as session:
            questions.request_of(session, DEFAULT_WORKSPACE, id_)
        assert not outcome(hub, id_).over
    change(hub, id_, request=asked)
    assert claimed(hub, id_).lease.token == 1, "no worker has taken it before"


def test_a_file_question_with_new_options_is_read_by_no_older_worker(hub: Hub, row: ExperimentRow) -> None:
    plain = of_file(row)
    assert plain.revision == 2
    options: tuple[dict[str, Any], ...] = (
        {"top": 2},
        {"absent": "missing"},
        {"temperature": 1.5},
        {"half_widths": (0.5,)},
    )
    for option in options:
        fields = {name: getattr(plain, name) for name in ("network", "dataset", "table", "format", "probabilities")}
        one = PredictionsQuestion(**fields, **option)
        assert one.revision == 3, "revision 2 would ignore the option"
        assert PredictionsQuestion.model_validate_json(one.model_dump_json()) == one
        stored = {**json.loads(one.model_dump_json()), "revision": 2}
        assert PredictionsQuestion.model_validate(stored).revision == 2, "one that was asked before keeps its digest"
    nothing = {"top": None, "absent": "refuse", "temperature": None, "half_widths": None}
    assert digest_of(PredictionsQuestion(**fields, **nothing)) == digest_of(plain)
