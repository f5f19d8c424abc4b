"""Whatever POST accepts can be trained: a real trainer trains an epoch of any spec, or ends the run with a suitable
error code.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from api.http import parsing
from api.services import creation
from gradus.errors import InvalidSpec
from gradus.spec.experiment import Spec
from gradus.status import FailureCode
from hub.access.quotas import Quotas
from hub.experiments import experiments
from hub.experiments.mapping import spec_of
from hub.hub import Hub
from hub.tables import DEFAULT_WORKSPACE
from tests.built_in import resolved
from tests.documents import nearly, specs
from worker.trainer.protocol import Ended, EpochDone, Idle, Report, Stop, Train, Trainee
from worker.trainer_process import TrainerProcess

SPECS = specs(["digits", "wine", "breast_cancer", "diabetes"], units=40, limit=200, epochs=100_000)
ONE_BY_ONE = st.fixed_dictionaries({"batch_size": st.integers(1, 5)})
LEFT_ALONE = st.fixed_dictionaries(
    {"dataset": st.fixed_dictionaries({"name": st.just("wine"), "limit": st.integers(1, 9)})}
)
"""Specs whose epochs often end with a batch of only one example."""


@pytest.fixture(scope="module")
def trainer() -> Iterator[TrainerProcess]:
    """One trainer for all specs, just as a worker keeps its trainer between jobs."""
    trainer = TrainerProcess("cpu")
    try:
        trainer.wait_until_ready()
        yield trainer
    finally:
        trainer.kill()


@pytest.fixture
def small(hub: Hub) -> Iterator[Hub]:
    """A hub whose quotas accept only specs that train in a moment."""
    small = Hub(replace(hub.settings, quotas=Quotas(parameters=20_000, memory_bytes=32 * 2**20)))
    yield small
    small.close()


def accepted(hub: Hub, document: dict[str, Any]) -> tuple[str, Spec] | None:
    """Create the experiment as POST does; returns its id and spec, or None if the document is refused."""
    try:
        asked = parsing.read(json.dumps(document).encode(), Spec)
        made = creation.create(hub, DEFAULT_WORKSPACE, asked, None)
    except InvalidSpec:
        return None
    with hub.read() as session:
        row = experiments.get(session, made.id)
        assert row is not None
        return row.id, spec_of(row)


def reports(trainer: TrainerProcess, artifacts_url: str, one: str, spec: Spec) -> Iterator[Report]:
    """The trainer's reports of the first epoch, and of the end if the run ends with the first epoch or before it."""
    trainee = Trainee(id=one, spec=spec, data=resolved(spec).data, epoch=0, seconds=0.0)
    job = Train(trainees=(trainee,), dataset_dirs=(), artifacts_url=artifacts_url, token=1, checkpoint_seconds=20.0)
    trainer.send(job)
    while not isinstance(told := trainer.receive(60.0), Idle):
        assert told is not None, "nothing came in a minute"
        if isinstance(told, EpochDone):
            trainer.send(Stop(ids=(one,)))
        yield told


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@example(
    {"dataset": "wine", "layers": [3], "optimizer": {"kind": "adam", "eps": 5e-324}, "batch_norm": {"eps": 5e-324}}
)
@example(
    {
        "dataset": {"name": "breast_cancer", "limit": 41},
        "layers": [],
        "optimizer": {"kind": "adam", "lr": 416608.0, "beta1": 0.0, "beta2": 0.02, "eps": 5e-324},
        "init": {"kind": "normal", "std": 5e-324},
        "batch_size": 1,
    }
)
@given(document=st.one_of(SPECS, nearly(SPECS), st.builds(lambda a, b: a | b, SPECS, ONE_BY_ONE | LEFT_ALONE)))
def test_what_post_accepts_trains_or_fails_with_a_code(
    small: Hub, trainer: TrainerProcess, document: dict[str, Any]
) -> None:
    made = accepted(small, document)
    if made is None:
        return event("refused")
    told = list(reports(trainer, small.settings.artifacts_url, *made))
    ended = next((report for report in told if isinstance(report, Ended)), None)
    trained = any(isinstance(report, EpochDone) for report in told)
    assert trained or ended is not None
    code = ended.failure.code if ended is not None and ended.failure is not None else None
    assert code in {None, FailureCode.DIVERGED}, told
    return event(f"{'trained' if trained else 'no epoch'}, {code}")
