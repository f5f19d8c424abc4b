"""The facts of the data sets that a request names, each looked up once."""

from functools import cache

from api.http.parsing import invalid
from gradus.errors import InvalidSpec
from gradus.facts import Facts
from gradus.resolved import FactsOf, ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from hub.datasets.facts import facts_of
from hub.hub import Hub


def lookup(hub: Hub, workspace_id: str) -> FactsOf:
    """The lookup for one request."""

    @cache
    def found(name: str, version: int | None) -> Facts:
        with hub.read() as session:
            return facts_of(session, workspace_id, name, version)

    return lambda dataset: found(dataset.name, dataset.version)


def resolved(experiment: Spec, of: FactsOf) -> ResolvedSpec:
    """The experiment, resolved with the facts of its data set.

    Raises:
        InvalidSpec: there is no such data set, or the spec does not fit it.
    """
    try:
        return resolve(experiment, of(experiment.dataset))
    except InvalidSpec as error:
        raise invalid(*error.errors) from None
