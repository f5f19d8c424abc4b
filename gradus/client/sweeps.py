"""`client.sweeps`."""

from typing import Never

from gradus.client import calls
from gradus.client.deadline import Deadline
from gradus.client.face import Face, P, asks, sends, tells
from gradus.client.flows import PAGE, look, send, walk
from gradus.client.patience import LONG
from gradus.client.steps import Flow, Rest
from gradus.status import Status
from gradus.wire.sweep import SweepRecord, SweepSummary

PAUSE = 1.0
"""Seconds between two looks at what cannot be waited for."""
LAST = 2**53 - 1
"""An epoch that does not come: who waits for it is answered at the end."""


class Sweeps(Face[P]):
    """Many experiments from one base."""

    create = sends(calls.create_sweep)
    dry_run = sends(calls.dry_run_sweep)
    get = sends(calls.sweep)
    cancel = sends(calls.cancel_sweep)
    delete = sends(calls.delete_sweep)
    retry = sends(calls.retry_sweep)
    extend = sends(calls.extend_sweep)

    @tells
    def list(self) -> Flow[SweepSummary, None]:
        """Every sweep, newest first, without its results."""
        return walk(lambda cursor: calls.sweeps(limit=PAGE, cursor=cursor), lambda sweep: sweep)

    @asks
    def wait(self, sweep_id: str, /, timeout: float | None = None) -> Flow[Never, SweepRecord]:
        """The sweep when all of its experiments are over.

        Raises:
            TimeoutError: they are not after so many seconds; they go on.
        """
        deadline = Deadline(timeout, f"nothing is known of {sweep_id}")
        while not (sweep := (yield from send(calls.sweep(sweep_id), LONG, deadline))).over:
            deadline.now(f"{sweep_id} is {sweep.status}")
            if unfinished := going(sweep):
                yield from send(calls.metrics(unfinished, after=LAST, wait=look(deadline)), LONG, deadline)
            else:  # only members whose status is not known here: whether they are over, nobody can tell
                yield Rest(PAUSE)
        return sweep


def going(sweep: SweepRecord) -> str | None:
    """The id of a member that is known to go on."""
    pairs = (pair for result in sweep.results for pair in zip(result.experiments, result.statuses, strict=True))
    return next((one for one, status in pairs if isinstance(status, Status) and not status.final), None)
