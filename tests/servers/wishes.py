"""How soon what a person wants of a run takes effect, in the middle of a long epoch."""

import time
from collections.abc import Callable, Mapping

from gradus.client import Client, calls
from gradus.client.calls import Call
from gradus.spec.experiment import Spec
from gradus.status import Status
from gradus.wire.experiment import ExperimentRecord

LONG_EPOCH = Spec(
    dataset="digits", layers=[1536, 1536, 1536], batch_size=1, epochs=100, optimizer={"kind": "sgd", "lr": 1e-4}
)
"""Half a minute and more an epoch."""
INTO_THE_EPOCH = 0.5
"""Seconds after which steps are being taken."""


def wishes(client: Client) -> Mapping[str, float]:
    """Extend, pause, resume and cancel one run; seconds from each request to its effect, seen by asking for the run."""
    one = client.send(calls.create(LONG_EPOCH)).id

    def status(wanted: Status) -> Callable[[ExperimentRecord], bool]:
        return lambda record: record.status is wanted

    def started(times: int) -> Callable[[ExperimentRecord], bool]:
        return lambda record: record.status is Status.RUNNING and record.attempts == times

    _wait(client, one, started(1))
    return {
        "extend": _effect(client, calls.extend(one, 1), one, started(2)),
        "pause": _effect(client, calls.pause(one), one, status(Status.PAUSED)),
        "resume": _effect(client, calls.resume(one), one, started(3), settled=True),
        "cancel": _effect(client, calls.cancel(one), one, status(Status.CANCELLED)),
    }


def _effect(
    client: Client,
    call: Call[ExperimentRecord],
    one: str,
    seen: Callable[[ExperimentRecord], bool],
    *,
    settled: bool = False,
) -> float:
    """`settled` says that nothing trains before the call."""
    if not settled:
        time.sleep(INTO_THE_EPOCH)
    asked = time.monotonic()
    client.send(call)
    _wait(client, one, seen)
    return time.monotonic() - asked


def _wait(client: Client, one: str, seen: Callable[[ExperimentRecord], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not seen(record := client.send(calls.experiment(one))):
        assert time.monotonic() < deadline, f"after {seconds:.0f} s {one} is still {record.status}"
        time.sleep(0.005)
