"""Checks that a request has the columns that the model needs, and no unknown ones."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from itertools import islice

from api.prediction.faults import Faults
from api.prediction.model import Model
from gradus.nearest import nearest
from gradus.pointer import escaped
from preprocessing.given import may_miss

MOST_NAMES = 20_000
"""Limit on the names in one list, far more than a data set has columns."""
_COMPARED = 100
"""Number of unknown names that are compared with the name of an absent column."""


class Names:
    """Checks column names: one list for all rows, or those of each row in JSON. Each mistake is noted once, at its
    first occurrence."""

    def __init__(self, model: Model, faults: Faults, absent: str) -> None:
        """`absent` says whether absent columns count as missing values."""
        self._model, self._faults = model, faults
        may_be_absent = {one.column for one in model.fitted.columns if absent == "missing" and may_miss(one)}
        self._needed = [name for name in model.fitted.names if name not in may_be_absent]
        self._known = {*model.fitted.names, *model.other_columns}
        self._noted: set[str] = set()
        self._absent = absent

    def check(self, given: Mapping[str, object], place: str) -> None:
        """Note columns that are missing or unknown. `place` is the path of the names."""
        if self._faults.are_enough() or (all(name in given for name in self._needed) and self._known.issuperset(given)):
            return
        unknown = [name for name in given if name not in self._known]
        for name in self._needed:
            if self._faults.are_enough():
                return
            if name not in given and self._is_new(name):
                self._faults.add(
                    f"{place}/{escaped(name)}", f"the column '{name}' is missing{self._hint(name, unknown)}"
                )
        for name in unknown:
            if self._faults.are_enough():
                return
            if self._is_new(name):
                near = nearest(name, self._model.fitted.names)
                hint = f": did you mean '{near}'?" if near else ""
                self._faults.add(f"{place}/{escaped(name[:200])}", f"no column '{name[:200]}'{hint}")

    def _is_new(self, name: str) -> bool:
        new = name not in self._noted
        self._noted.add(name)
        return new

    def _hint(self, name: str, unknown: Collection[str]) -> str:
        """Why an absent column is a mistake, and the unknown name that may have been meant."""
        if self._absent == "missing":
            return ", and has no rule for missing values"
        near = nearest(name, islice(unknown, _COMPARED))
        return f": '{near[:200]}' is none" if near else ""


def check_twice(names: Sequence[str], place: str, faults: Faults) -> None:
    """Note names that occur more than once.

    Raises:
        InvalidSpec: there are more names than any data set has.
    """
    if len(names) > MOST_NAMES:
        faults.add(place, f"has {len(names):,} names, but the limit is {MOST_NAMES:,}")
        faults.refuse()
    for name in sorted(name for name, times in Counter(names).items() if times > 1):
        faults.add(place, f"the column '{name[:200]}' is given twice", name)
