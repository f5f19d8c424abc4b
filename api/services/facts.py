"""The facts that resolution needs about the data sets of a request. Each data set is looked up once."""

from collections.abc import Hashable, Sequence
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Self

from api.http.parsing import invalid
from api.services.stored_table import opened_table
from gradus.errors import InvalidSpec, Unavailable
from gradus.facts import Facts, TableFacts
from gradus.resolved import FactsOf, ResolvedSpec, resolve
from gradus.spec.dataset import Dataset
from gradus.spec.experiment import Spec
from gradus.spec.target import Tags
from gradus.split_sizes import Sizes
from hub.datasets import stored_tables
from hub.datasets.facts import facts_of
from hub.hub import Hub

if TYPE_CHECKING:
    from preprocessing.table import Table


class Lookup:
    """The facts of data sets, and their tables where facts are not enough. Use it in a `with` statement, which closes
    the tables at its end."""

    def __init__(self, hub: Hub, workspace_id: str) -> None:
        self._hub, self._workspace_id = hub, workspace_id
        self._facts = cache(self._find)
        self._opened = ExitStack()
        self.table = cache(self._open)
        """Opens the stored table with this digest of its content."""
        self._sizes: dict[Hashable, Sizes] = {}
        """The sizes of the parts, by all that they depend on: most experiments of a sweep split the rows alike."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._opened.close()

    @property
    def of(self) -> FactsOf:
        """The lookup of facts."""
        return lambda dataset: self._facts(dataset.name, dataset.version)

    def require(self, dataset: Dataset) -> None:
        """Check that a resolved data set is still there.

        Raises:
            Conflict: it was deleted.
        """
        with self._hub.read() as session:
            stored_tables.exists(session, self._workspace_id, dataset.digest)

    def resolve(self, experiment: Spec) -> ResolvedSpec:
        """Resolve the experiment with the facts of its data set.

        Raises:
            InvalidSpec: there is no such data set, or the spec does not fit it.
            Conflict: the data set is not ready, or has another digest than the spec says.
        """
        return resolve(experiment, self.of(experiment.dataset), self)

    def sizes(self, facts: TableFacts, dataset: Dataset, classes: Sequence[str]) -> Sizes:
        """The numbers of examples for training, validation and test.

        Raises:
            Misfit: the rows cannot be split in this way.
            Unavailable: the stored table cannot be read.
        """
        key = facts.digest, dataset.target, dataset.split, dataset.limit, *classes
        if key not in self._sizes:
            self._sizes[key] = self._counted(self.table(facts.digest), dataset, classes)
        return self._sizes[key]

    def labels(self, facts: TableFacts, target: Tags) -> tuple[str, ...]:
        """The distinct tags of a column.

        Raises:
            Unavailable: the stored table cannot be read.
        """
        table = self.table(facts.digest)
        from preprocessing.target import tags_in  # noqa: PLC0415

        return tags_in(target, table)

    def _counted(self, table: "Table", dataset: Dataset, classes: Sequence[str]) -> Sizes:
        from preprocessing.parts import rows_of  # noqa: PLC0415 (not every API can read tables)

        rows = rows_of(dataset, classes, table, dataset.limit)
        return len(rows.train), len(rows.validation), len(rows.test)

    def _find(self, name: str, version: int | None) -> Facts:
        with self._hub.read() as session:
            return facts_of(session, self._workspace_id, name, version)

    def _open(self, digest: str) -> "Table":
        with self._hub.read() as session:
            stored = stored_tables.with_digest(session, self._workspace_id, digest)
        if stored is None:
            raise Unavailable("the stored table was just deleted", code="table_damaged")
        return self._opened.enter_context(opened_table(self._hub, stored))


def resolved(hub: Hub, workspace_id: str, experiment: Spec) -> ResolvedSpec:
    """Resolve the experiment of a request.

    Raises:
        InvalidSpec: there is no such data set, or the spec does not fit it.
        Conflict: the data set is not ready, or has another digest than the spec says.
    """
    with Lookup(hub, workspace_id) as lookup:
        return resolved_with(lookup, experiment)


def resolved_with(lookup: Lookup, experiment: Spec) -> ResolvedSpec:
    """Like `resolved`, with a lookup that the caller goes on to use."""
    try:
        return lookup.resolve(experiment)
    except InvalidSpec as error:
        raise invalid(*error.errors) from None
