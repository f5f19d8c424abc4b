"""The data of the specs, and the resolved specs: built-in data sets and tables, corrupted where a spec says so."""

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.insight.cases import Source
from benchmarks.insight.corrupt import corrupted, raw_corrupted
from benchmarks.insight.repacked import images
from benchmarks.insight.tables import Stored, known, resolved_built_in, stored
from gradus.datasets import DATASETS
from gradus.resolved import ResolvedSpec
from hub.dataset_files import available
from worker.data.load import split
from worker.data.raw import RawDataset
from worker.data.tables import read_table
from worker.training.data import Data, Split

TEST_EXAMPLES = 2000
"""Number of test examples of an image data set: enough to resolve a point of accuracy, and cheap."""


@dataclass
class Folder:
    """Reads each data set once."""

    datasets: tuple[Path, ...]
    _raw: dict[str, RawDataset] = field(default_factory=dict)
    _tables: dict[str, Stored] = field(default_factory=dict)
    _data: dict[str, Data] = field(default_factory=dict)

    @classmethod
    def of_environment(cls) -> "Folder":
        """The folders of `GRADUS_DATASETS_DIR`, separated by colons."""
        return cls(tuple(Path(one) for one in os.environ["GRADUS_DATASETS_DIR"].split(os.pathsep)))

    def has(self, source: Source) -> bool:
        """Whether the data are there, without a download."""
        if source.table:
            return any(known(source.table, one) for one in self.datasets)
        facts = DATASETS[source.spec["dataset"]["name"]]
        return facts.source != "idx" or available(facts.name, list(self.datasets))

    def resolved(self, source: Source, seed: int) -> ResolvedSpec:
        """The spec with every default written out, and the shape of its data after they were corrupted."""
        spec = {**source.spec, "seed": seed}
        if source.table:
            found = self._stored(source.table).resolved(spec)
        else:
            found = resolved_built_in(spec, DATASETS[spec["dataset"]["name"]])
        return replace(found, data=self.data(source).plan) if source.corrupt else found

    def data(self, source: Source) -> Data:
        """The examples that the spec trains on."""
        key = json.dumps([source.spec["dataset"], dict(source.corrupt), source.table], sort_keys=True)
        if key not in self._data:
            self._data[key] = corrupted(self._clean(source), source.corrupt)
        return self._data[key]

    def _clean(self, source: Source) -> Data:
        if source.table:
            return self._stored(source.table).data(source.spec)
        found = resolved_built_in(source.spec, DATASETS[source.spec["dataset"]["name"]])
        dataset = found.spec.dataset
        data = split(dataset, found.data, raw_corrupted(self._read(dataset.name), source.corrupt))
        return replace(data, test=_first(data.test, TEST_EXAMPLES))

    def _read(self, name: str) -> RawDataset:
        if name not in self._raw:
            facts = DATASETS[name]
            self._raw[name] = images(facts, self.datasets) if facts.source == "idx" else read_table(facts)
        return self._raw[name]

    def _stored(self, name: str) -> Stored:
        if name not in self._tables:
            self._tables[name] = stored(name, next(one for one in self.datasets if known(name, one)))
        return self._tables[name]


def _first(test: Split, n: int) -> Split:
    """Only the first examples, because training on all images would take too long."""
    return replace(test, inputs=test.inputs[:n], targets=test.targets[:n])
