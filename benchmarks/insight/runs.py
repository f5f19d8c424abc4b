"""Trains specs with five seeds each, in arrays, and keeps their scores in a file."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from hashlib import sha256
from math import isfinite, nan
from pathlib import Path

import torch
from pydantic import ValidationError
from torch import Tensor

from benchmarks.insight.cases import Case, Source
from benchmarks.insight.data import Folder
from benchmarks.insight.effect import Bar, Score
from gradus.array import arrays
from gradus.errors import InvalidSpec
from gradus.resolved import ResolvedSpec
from worker.training.data import Data
from worker.training.evaluation import outputs
from worker.training.report import EpochReport, MemberEpoch
from worker.training.train import train

SEEDS = (0, 1, 2, 3, 4)
MOST = 40
"""The number of members of an array."""
CPU = torch.device("cpu")


@dataclass
class Runs:
    """Scores of specs, trained or remembered."""

    folder: Folder
    cache: Path
    trained: int = 0
    """The number of runs that this process has trained."""
    _known: dict[str, Score] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.cache.exists():
            for line in self.cache.read_text(encoding="utf-8").splitlines():
                key, *numbers = json.loads(line)
                self._known[key] = Score(*(nan if one is None else one for one in numbers))

    def scores(self, source: Source, seeds: Sequence[int] = SEEDS) -> list[Score]:
        """The scores of a spec, by seed."""
        return self.all_scores([source], seeds)[0]

    def all_scores(self, sources: Sequence[Source], seeds: Sequence[int] = SEEDS) -> list[list[Score]]:
        """The scores of several specs, by seed. Runs of one shape train together."""
        wanted = [(self._key(source, seed), source, seed) for source in sources for seed in seeds]
        missing = {key: (source, seed) for key, source, seed in wanted if key not in self._known}
        groups: dict[int, list[tuple[str, Source, int]]] = {}
        for key, (source, seed) in missing.items():
            groups.setdefault(id(self.folder.data(source)), []).append((key, source, seed))
        for group in groups.values():
            self._train(group)
        return [[self._known[self._key(source, seed)] for seed in seeds] for source in sources]

    def bar(self, case: Case) -> Bar:
        """The gain that counts for this spec."""
        return Bar(case.measure, len(self.folder.data(case.source).test))

    def is_valid(self, source: Source) -> bool:
        """Whether the service would take this spec."""
        try:
            self.folder.resolved(source, 0)
        except (InvalidSpec, ValidationError):
            return False
        return True

    def _train(self, group: Sequence[tuple[str, Source, int]]) -> None:
        data = self.folder.data(group[0][1])
        resolved = [self.folder.resolved(source, seed) for _, source, seed in group]
        for places in arrays(resolved, most=MOST):
            found = scores_of([resolved[place] for place in places], data)
            self._remember((group[place][0], score) for place, score in zip(places, found, strict=True))

    def _remember(self, found: Iterable[tuple[str, Score]]) -> None:
        with self.cache.open("a", encoding="utf-8") as file:
            for key, score in found:
                self.trained += 1
                self._known[key] = score
                numbers = [one if isfinite(one) else None for one in astuple(score)]
                file.write(json.dumps([key, *numbers]) + "\n")

    def _key(self, source: Source, seed: int) -> str:
        words = [self.folder.resolved(source, seed).fingerprint, dict(source.corrupt), source.table]
        return sha256(json.dumps(words, sort_keys=True).encode()).hexdigest()[:20]


def scores_of(resolved: Sequence[ResolvedSpec], data: Data) -> list[Score]:
    """Train runs of one array shape: the test scores of the last epoch, or of the best one if the spec stops early, as
    then its weights are the result."""
    training = train([one.spec.model_copy(update={"statistics": "off"}) for one in resolved], data, CPU)
    rows: list[MemberEpoch | None] = [None] * len(resolved)
    for report in training:
        if isinstance(report, EpochReport):
            for k, row in enumerate(report.members):
                if row is not None and (row.is_best or resolved[k].spec.early_stopping is None or rows[k] is None):
                    rows[k] = row
    tested = outputs(training._engine, data.test)
    return [_score(row, data, tested[k]) for k, row in enumerate(rows) if row is not None]


def _score(row: MemberEpoch, data: Data, tested: Tensor) -> Score:
    loss = row.test_loss if isfinite(row.test_loss) else nan
    if row.test_accuracy is None:
        deviation = data.target_scale.deviation[0]
        variance = float(data.test.targets.double().var(correction=0)) * deviation**2
        points = 100 * max(-1.0, 1 - loss / variance) if isfinite(loss) else -100.0
        return Score(points, loss, points)
    recalls = _recalls(tested, data.test.targets)
    return Score(100 * row.test_accuracy, loss, 100 * sum(recalls) / len(recalls))


def _recalls(tested: Tensor, targets: Tensor) -> list[float]:
    hit = tested.argmax(1) == targets
    return [float(hit[targets == label].double().mean()) for label in sorted({*targets.tolist()})]
