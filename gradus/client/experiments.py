"""`client.experiments`: create, find and compare experiments."""

import builtins
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from gradus.client import notebook
from gradus.client.events import StreamEvent
from gradus.client.experiment import Experiment
from gradus.client.experiment_history import versioned
from gradus.client.follow import follow_many
from gradus.client.methods import Resource, T_co, iterator, method
from gradus.client.metrics import curves_of, records_of
from gradus.client.plots import draw_comparison, table
from gradus.client.request import PAGE_SIZE, Request, document, encoded, idempotency, list_experiments, path_of, reads
from gradus.client.retry import PATIENCE
from gradus.differences import between
from gradus.errors import BadRequest
from gradus.metrics import KEYS, METRICS, measured, score
from gradus.nearest import nearest
from gradus.spec.experiment import Spec
from gradus.wire.experiment import DryRun, ExperimentRecord
from gradus.wire.metrics import MetricsRow

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

SpecLike = Spec | Mapping[str, Any]
"""A spec or, validated only by the service, its JSON document."""


class Experiments(Resource[T_co]):
    """Create, find and compare experiments."""

    @method
    async def create(
        self, spec: SpecLike | None = None, /, *, idempotency_key: str | None = None, wait: int = 0, **fields: Any
    ) -> Experiment[T_co]:
        """Queue an experiment, given as a spec, as fields, or as a spec with some fields changed.

        It is created once, however often the request is sent. With `wait`, the answer comes when the experiment ends,
        or after this many seconds (at most 60).
        """
        headers = idempotency(idempotency_key) | ({"Prefer": f"wait={wait}"} if wait else {})
        body = _body(spec, fields)
        request = Request("POST", "/v1/experiments", versioned, headers=headers, body=body, wait=wait)
        return Experiment(self._transport, *await self._transport.send(request))

    @method
    async def dry_run(self, spec: SpecLike | None = None, /, **fields: Any) -> DryRun:
        """Layers, parameters and memory of a spec, without running or storing it."""
        query, body = {"dry_run": "true"}, _body(spec, fields)
        request = Request("POST", "/v1/experiments", reads(DryRun), query=query, body=body, harmless=True)
        return await self._transport.send(request)

    @method
    async def get(self, experiment_id: str, /) -> Experiment[T_co]:
        """One experiment.

        Raises:
            NotFound: there is no such experiment.
        """
        request = Request("GET", path_of("experiments", experiment_id), versioned)
        return Experiment(self._transport, *await self._transport.send(request))

    @method
    async def get_many(self, ids: Sequence[str], /) -> "builtins.list[Experiment[T_co]]":
        """The experiments with these ids, in the given order, fifty per request.

        Raises:
            NotFound: one of the experiments does not exist.
        """
        return [Experiment(self._transport, record) for record in await records_of(self._transport, ids)]

    @iterator
    async def list(
        self,
        *,
        limit: int | None = None,
        order_by: Literal["-created_at", "created_at"] = "-created_at",
        search: str | None = None,
        status: str | Sequence[str] | None = None,
        tag: str | None = None,
        dataset: str | None = None,
        sweep: str | None = None,
    ) -> AsyncGenerator[Experiment[T_co]]:
        """The matching experiments, at most `limit`, requested page by page as needed.

        Newest first, or oldest first by `order_by="created_at"`; `search` finds part of a name, of notes or of an id,
        ignoring case; `status` may be several statuses.
        """
        statuses = (status,) if isinstance(status, str) else tuple(status or ())
        cursor, left = None, limit
        filters = {"tag": tag, "dataset": dataset, "sweep": sweep, "q": search}
        order = None if order_by == "-created_at" else order_by  # the service's default
        while left is None or left > 0:
            size = PAGE_SIZE if left is None else min(left, PAGE_SIZE)
            options = {**filters, "order_by": order, "limit": size, "cursor": cursor}
            page = await self._transport.send(list_experiments((), statuses, **options))
            for record in page.data[:left]:
                yield Experiment(self._transport, record)
            cursor, left = page.next_cursor, None if left is None else left - len(page.data)
            if cursor is None:
                return

    @iterator
    async def events_of(
        self, ids: Sequence[str], /, *, patience: float = PATIENCE
    ) -> AsyncGenerator[tuple[str, StreamEvent]]:
        """The events of several experiments over one stream, each with its experiment's id, until all have ended."""
        async with aclosing(follow_many(self._transport, ids, patience)) as events:
            async for one in events:
                yield one

    @method
    async def compare(self, *experiments: str | Experiment[T_co]) -> "Comparison":
        """Compare these experiments, given as handles or ids."""
        ids = [one if isinstance(one, str) else one.id for one in experiments]
        assert ids, "name at least one experiment"
        records, rows = await records_of(self._transport, ids), await curves_of(self._transport, ids)
        return Comparison(tuple(records), tuple(rows))


def _body(spec: SpecLike | None, fields: Mapping[str, Any]) -> bytes:
    return encoded(spec if spec is not None and not fields else document(spec, fields))


SCORES = tuple(one.key for one in METRICS if one.split in {"validation", "test"})


@dataclass(frozen=True)
class Comparison:
    """Experiments and their curves, in the given order."""

    records: tuple[ExperimentRecord, ...]
    rows: tuple[tuple[MetricsRow, ...], ...]

    @property
    def differences(self) -> dict[str, tuple[Any, ...]]:
        """Each path at which the specs differ, with the value in each spec; None where a spec has no such path. Then
        the other facts that may cause different results: `extended_at`, `extended_from`, `forked_from`, `forked_epoch`,
        `device`."""
        return between(self.records)

    def to_frame(self) -> "DataFrame":
        """A row for each experiment: the differing values, and the scores of its best epoch.

        Raises:
            ImportError: pandas is not installed.
        """
        lines = self._lines()
        return table(lines, list(lines[0]), "id")

    def plot(self, metric: str | None = None, *, log: bool = False) -> "Figure":
        """The curves of one metric in one plotly figure. The default metric is the validation accuracy, or the
        validation loss if an experiment has no accuracy.

        Raises:
            BadRequest: there is no metric with this name.
            ImportError: plotly is not installed.
        """
        shown = self._score() if metric is None else metric
        known = KEYS.union(*(row.model_extra or () for rows in self.rows for row in rows))
        if shown not in known:
            close = nearest(shown, known)
            hint = f": did you mean '{close}'?" if close else ""
            raise BadRequest(f"unknown metric '{shown}'{hint}")
        return draw_comparison(dict(zip(self._labels(), self.rows, strict=True)), shown, log=log)

    def _score(self) -> str:
        """The metric to compare: the main validation metric that all of the experiments have."""
        known = [set(measured(rows)) for rows in self.rows if rows]
        return score(set(METRICS).intersection(*known)).key

    def _lines(self) -> list[dict[str, Any]]:
        different = self.differences
        return [
            {"id": record.id, "name": record.name, "status": str(record.status), "epoch": best and best.epoch}
            | {path: values[i] for path, values in different.items()}
            | {score: best and getattr(best, score) for score in SCORES}
            for i, record in enumerate(self.records)
            for best in (record.best,)
        ]

    def _labels(self) -> list[str]:
        names = [record.name or record.id for record in self.records]
        once = len(set(names)) == len(names)
        return names if once else [f"{name} ({record.id})" for name, record in zip(names, self.records, strict=True)]

    def _repr_html_(self) -> str:
        lines = self._lines()
        return notebook.grid(list(lines[0]), (list(line.values()) for line in lines))
