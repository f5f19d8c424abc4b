"""The facts of a data set that a spec names."""

from sqlalchemy.orm import Session

from gradus.datasets import DATASETS
from gradus.errors import InvalidSpec
from gradus.facts import Facts
from gradus.nearest import nearest
from gradus.wire.problem import Mistake


class UnknownDataset(InvalidSpec):
    """The workspace has no data set with this name."""

    def __init__(self, name: str, hint: str) -> None:
        message = f"unknown data set '{name[:100]}': {hint}"
        super().__init__(f"dataset/name: {message}", errors=[Mistake(path="dataset/name", message=message, input=name)])


def facts_of(session: Session, workspace_id: str, name: str, version: int | None) -> Facts:
    """The facts of a data set; of an uploaded one, those of this version, or of the newest.

    Raises:
        UnknownDataset: the workspace has no data set with this name.
    """
    del session, workspace_id, version  # only built-in data sets exist, which are the same for all
    if name not in DATASETS:
        close = nearest(name, DATASETS)
        hint = f"did you mean '{close}'? " if close else ""
        raise UnknownDataset(name, f"{hint}the data sets are {', '.join(DATASETS)}")
    return DATASETS[name]
