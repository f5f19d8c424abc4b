"""Uploaded tables of the bench: files of `GRADUS_DATASETS_DIR/tables`, stored and encoded as the service does it."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.insight import pictures
from gradus.facts import Facts
from gradus.resolved import ResolvedSpec, resolve
from gradus.spec.experiment import Spec
from preprocessing.table import Table
from tests.tables import facts_of, store
from tests.uploaded import uploaded
from worker.data.array_cache import ArrayCache
from worker.data.uploaded import Uploaded, load_uploaded
from worker.training.data import Data

ROWS = 3000
"""Maximum number of rows of a table, which are drawn once, so that its runs take only seconds."""
TARGET = "y"


@dataclass(frozen=True)
class Stored:
    """A table in a temporary folder, which lives as long as the process."""

    table: Table
    facts: Facts
    classes: tuple[str, ...]
    folder: Path

    def resolved(self, spec: Mapping[str, Any]) -> ResolvedSpec:
        """The spec of a run on this table."""
        found = self._uploaded(spec)
        written = Spec.model_validate({**spec, "dataset": found.dataset}).written_out(found.plan.task)
        return ResolvedSpec(written, found.plan)

    def data(self, spec: Mapping[str, Any]) -> Data:
        """The examples of a run on this table."""
        return load_uploaded(
            self._uploaded(spec), lambda: nullcontext(self.table), ArrayCache(self.folder / "arrays"), _ignore
        )

    def _uploaded(self, spec: Mapping[str, Any]) -> Uploaded:
        split = {"kind": "stratified" if self.classes else "random"}
        words = {"digest": self.table.read.digest, "target": TARGET, "split": split}
        found = uploaded(self.table, self.classes, **{**spec["dataset"], "name": "mine", "version": 1, **words})
        shape = self.table.read.columns[0].shape
        return found if shape is None else replace(found, plan=found.plan.model_copy(update={"input_shape": shape}))


def _california(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "california_housing.csv").drop(columns="ocean_proximity").dropna()
    return frame.rename(columns={"median_house_value": TARGET}).astype(float), ()


def _mammography(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "mammography.csv", header=None)
    names = {place: f"x{place}" for place in range(6)} | {6: TARGET}
    frame = frame.rename(columns=names)
    frame[TARGET] = np.where(frame[TARGET].astype(str).str.strip("'") == "1", "calcification", "none")
    return frame, ("calcification", "none")


def _wine_quality(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "winequality-white.csv", header=None)
    frame = frame.rename(columns={place: f"x{place}" for place in range(11)} | {11: TARGET})
    return frame.astype(float), ()


def _abalone(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    names = ["sex", *(f"x{place}" for place in range(7)), TARGET]
    return pd.read_csv(file / "abalone.csv", header=None, names=names), ()


def _diamonds(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    names = {"x": "length", "y": "width", "z": "height", "price": TARGET}
    return pd.read_csv(file / "diamonds.csv").rename(columns=names), ()


def _auto_imports(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "auto_imports.csv", header=None, na_values="?").drop(columns=1).dropna()
    frame = frame.rename(columns={place: f"x{place}" for place in range(25)} | {25: TARGET})
    return frame.select_dtypes("number").astype(float), ()


def _red_wine(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "winequality-red.csv", header=None)
    frame = frame.rename(columns={place: f"x{place}" for place in range(11)} | {11: TARGET})
    return frame.astype(float), ()


def _penguins(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "penguins.csv").rename(columns={"species": TARGET})
    return frame, ("Adelie", "Chinstrap", "Gentoo")


def _titanic(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "titanic-train.csv").drop(columns=["PassengerId", "Name", "Ticket", "Cabin"])
    frame[TARGET] = np.where(frame.pop("Survived") == 1, "survived", "died")
    return frame, ("died", "survived")


def _adult(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "adult-train.csv", header=None, skipinitialspace=True)
    return frame.rename(columns={place: f"x{place}" for place in range(14)} | {14: TARGET}), ("<=50K", ">50K")


def _german(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "german.csv", header=None).rename(columns={place: f"x{place}" for place in range(20)})
    frame[TARGET] = np.where(frame.pop(20) == 1, "good", "bad")
    return frame, ("bad", "good")


RIDE = ["passengers", "distance", "color", "payment", "pickup_borough", "dropoff_borough"]


def _taxi_fares(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "taxis.csv")
    return frame[[*RIDE, "fare"]].rename(columns={"fare": TARGET}), ()


def _taxi_tips(file: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    frame = pd.read_csv(file / "taxis.csv")
    return frame[[*RIDE, "fare", "tip"]].rename(columns={"tip": TARGET}), ()


READ: dict[str, Callable[[Path], tuple[pd.DataFrame, tuple[str, ...]]]] = {
    "abalone": _abalone,
    "adult": _adult,
    "auto_imports": _auto_imports,
    "california": _california,
    "diamonds": _diamonds,
    "german": _german,
    "mammography": _mammography,
    "penguins": _penguins,
    "red_wine": _red_wine,
    "taxi_fares": _taxi_fares,
    "taxi_tips": _taxi_tips,
    "titanic": _titanic,
    "wine_quality": _wine_quality,
}


Columns = Mapping[str, NDArray[Any]]


def _sampled(name: str, tables: Path) -> tuple[Columns, tuple[str, ...]]:
    frame, classes = READ[name](tables)
    frame = frame.sample(n=min(ROWS, len(frame)), random_state=0)
    return {str(column): frame[column].to_numpy() for column in frame}, classes


def _pictures(datasets: Path) -> tuple[Columns, tuple[str, ...]]:
    return pictures.columns(datasets, TARGET), pictures.CLASSES


def known(name: str, datasets: Path) -> bool:
    """Whether this folder of data sets contains the table."""
    return (datasets / pictures.ARCHIVE).is_file() if name == pictures.NAME else (datasets / "tables").is_dir()


def stored(name: str, datasets: Path) -> Stored:
    """The stored table with this name."""
    columns, classes = _pictures(datasets) if name == pictures.NAME else _sampled(name, datasets / "tables")
    folder = Path(tempfile.mkdtemp(prefix="gradus-insight-"))
    table = store(folder / "table", columns)
    return Stored(table, facts_of(table, TARGET), classes, folder)


def resolved_built_in(spec: Mapping[str, Any], facts: Facts) -> ResolvedSpec:
    """The spec of a run on a built-in data set."""
    return resolve(Spec.model_validate(spec), facts)


def _ignore(_: object) -> None:
    pass
