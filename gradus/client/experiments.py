"""`client.experiments`."""

import builtins
from collections.abc import Sequence
from functools import partial
from typing import Never

from gradus.client import calls, several
from gradus.client.comparison import Comparison
from gradus.client.face import P, asks, sends, tells
from gradus.client.flows import PAGE, all_metrics, ended, walk
from gradus.client.follow import follow
from gradus.client.follow_many import Told, follow_many
from gradus.client.patience import PATIENCE
from gradus.client.run import Host, Run, hands
from gradus.client.steps import Flow
from gradus.client.stream import StreamEvent
from gradus.client.watching import watch
from gradus.wire.metrics import MetricsPage, MetricsRow


class Experiments(Host[P]):
    """Create, find, watch and steer experiments."""

    create = hands(calls.create)
    get = hands(calls.experiment)
    update = hands(calls.update)
    cancel = hands(calls.cancel)
    pause = hands(calls.pause)
    resume = hands(calls.resume)
    extend = hands(calls.extend)
    fork = hands(calls.fork)
    delete = sends(calls.delete)
    dry_run = sends(calls.dry_run)
    checkpoints = sends(calls.checkpoints)

    @asks
    def metrics(
        self, experiment_id: str, /, *, after: int = 0, wait: int = 0, max_points: int | None = None
    ) -> Flow[Never, MetricsPage]:
        """The rows after epoch `after`, however many; with `wait`, as soon as there is one or after so many seconds (at
        most 60); with `max_points`, at most so many."""
        return all_metrics(experiment_id, after=after, wait=wait, max_points=max_points)

    @tells
    def list(
        self,
        *,
        status: str | Sequence[str] | None = None,
        tag: str | None = None,
        dataset: str | None = None,
        sweep: str | None = None,
        q: str | None = None,
    ) -> Flow[Run[P], None]:
        """Every run that fits, newest first, page by page as they are wanted; in this status or any of several."""
        wanted = partial(calls.experiments, status=status, tag=tag, dataset=dataset, sweep=sweep, q=q, limit=PAGE)
        return walk(lambda cursor: wanted(cursor=cursor), self.run_of)

    @tells
    def watch(self, experiment_id: str, /, *, after: int = 0, patience: float = PATIENCE) -> Flow[MetricsRow, object]:
        """The metrics rows after epoch `after` as they come, each once and in order, to the experiment's end.

        A lost connection is taken up again where it broke; given up after `patience` seconds. Where a sweep tries it
        again meanwhile, its rows begin again at epoch 1; later watchers are told those alone.
        """
        return watch(experiment_id, after, patience)

    @tells
    def events(self, experiment_id: str, /, *, after: int = 0, patience: float = PATIENCE) -> Flow[StreamEvent, object]:
        """The events after number `after` as they come, each once and in order, to the experiment's end."""
        return follow(experiment_id, lambda event: [event], after, patience)

    @tells
    def events_of(self, ids: Sequence[str], /, *, patience: float = PATIENCE) -> Flow[Told, None]:
        """The events of several experiments, each with its id, as they come, until all have ended, over one stream."""
        return follow_many(ids, patience)

    @asks
    def get_many(self, ids: Sequence[str], /) -> "Flow[Never, builtins.list[Run[P]]]":
        """The runs of these ids, in their order, fifty in one request.

        Raises:
            NotFound: one of them is not there.
        """
        return [self.run_of(record) for record in (yield from several.records(ids))]

    @asks
    def wait(self, experiment_id: str, /, timeout: float | None = None) -> Flow[Never, Run[P]]:
        """The run at its end, however that came about.

        Raises:
            TimeoutError: it is not over after so many seconds; it goes on.
        """
        return self.run_of((yield from ended(experiment_id, timeout)))

    @asks
    def compare(self, *runs: str | Run[P]) -> Flow[Never, Comparison]:
        """These runs, or those of these ids, side by side."""
        ids = [run if isinstance(run, str) else run.id for run in runs]
        assert ids, "name at least one run"
        records, rows = (yield from several.records(ids)), (yield from several.curves(ids))
        for run, record in zip(runs, records, strict=True):
            if isinstance(run, Run):
                run.run_of(record)
        return Comparison(tuple(records), tuple(rows))
