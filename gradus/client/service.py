"""All that a client can ask a service for."""

from datetime import datetime

from gradus.client import calls
from gradus.client.access import Access
from gradus.client.experiments import Experiments
from gradus.client.face import Face, P, sends
from gradus.client.resources import Datasets, Keys
from gradus.client.sweeps import Sweeps


class Service(Face[P]):
    """A service, whoever performs."""

    @property
    def access(self) -> Access:
        """Where it is."""
        return self._performer.access

    def now(self) -> datetime:
        """The moment by the service's clock, as its last answer told it; by ours as long as there was none."""
        return self._performer.clock.now()

    @property
    def experiments(self) -> Experiments[P]:
        """Create, find, watch and steer experiments."""
        return Experiments(self._performer)

    @property
    def sweeps(self) -> Sweeps[P]:
        """Many experiments from one base."""
        return Sweeps(self._performer)

    @property
    def datasets(self) -> Datasets[P]:
        """What can be learned."""
        return Datasets(self._performer)

    @property
    def keys(self) -> Keys[P]:
        """Who may come in."""
        return Keys(self._performer)

    catalog = sends(calls.catalog)
    system = sends(calls.system)
