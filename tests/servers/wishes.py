"""How soon pause, resume, extend and cancel take effect in the middle of a long epoch."""

import time
from collections.abc import Callable, Mapping

from gradus.client import Client, Experiment
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord

LONG_EPOCH = Spec(
    dataset="digits", layers=[1536, 1536, 1536], batch_size=1, epochs=100, optimizer={"kind": "sgd", "lr": 1e-4}
)
"""A run whose epoch takes half a minute or more."""
INTO_THE_EPOCH = 0.5
"""Seconds after the start of an epoch until its steps have certainly begun."""


def wishes(client: Client) -> Mapping[str, float]:
    """Extend, pause, resume and cancel one run. Returns the seconds from each request to its effect, which is observed
    by reading the run repeatedly."""
    run = client.experiments.create(LONG_EPOCH)

    def status(wanted: Status) -> Callable[[ExperimentRecord], bool]:
        return lambda record: record.status is wanted

    def started(times: int) -> Callable[[ExperimentRecord], bool]:
        return lambda record: record.status is Status.RUNNING and record.attempts == times

    _wait(run, started(1))
    return {
        "extend": _effect(run, lambda: run.extend(1), started(2)),
        "pause": _effect(run, run.pause, status(Status.PAUSED)),
        "resume": _effect(run, run.resume, started(3), settled=True),
        "cancel": _effect(run, run.cancel, status(Status.CANCELLED)),
    }


def _effect(
    run: Experiment,
    ask: Callable[[], object],
    seen: Callable[[ExperimentRecord], bool],
    *,
    settled: bool = False,
) -> float:
    """Seconds until the request takes effect. `settled` says that nothing trains before the request."""
    if not settled:
        time.sleep(INTO_THE_EPOCH)
    asked = time.monotonic()
    ask()
    _wait(run, seen)
    return time.monotonic() - asked


def _wait(run: Experiment, seen: Callable[[ExperimentRecord], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not seen(run.refresh().record):
        assert time.monotonic() < deadline, f"after {seconds:.0f} s {run.id} is still {run.status}"
        time.sleep(0.005)
