"""The specs of the benchmark: read from a file for each half, with the strengths that bisection has found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from benchmarks.insight.bisection import Scale, stronger
from benchmarks.insight.effect import Measure
from gradus.merge import merged

Half = Literal["calibration", "held_out", "second_held_out", "third_held_out", "fourth_held_out"]
HALVES: tuple[Half, ...] = get_args(Half)
HERE = Path(__file__).parent
REGRESSION = (
    *("abalone", "auto_imports", "california", "diabetes", "diamonds"),
    *("red_wine", "taxi_fares", "taxi_tips", "wine_quality"),
)
MULTIPLES = (1, 2)
"""Multiples of the mildest sick strength that are judged: just sick, and twice as strong."""


@dataclass(frozen=True)
class Source:
    """A spec, and the data that it is trained on."""

    spec: Mapping[str, Any]
    corrupt: Mapping[str, Any] = field(default_factory=dict)
    """What is done to the data before training; see `corrupt`."""
    table: str | None = None
    """A table of `tables`, in place of a built-in data set."""

    def patched(self, patch: Mapping[str, Any]) -> "Source":
        """The source with a changed spec. Standardizing undoes another unit of one input, which this bench multiplies
        after the service has scaled it."""
        spec = merged(dict(self.spec), patch)
        undone = self.corrupt.get("kind") == "input_times" and _standardizes(spec) and not _standardizes(self.spec)
        return Source(spec, {} if undone else self.corrupt, self.table)


def _standardizes(spec: Mapping[str, Any]) -> bool:
    dataset = spec["dataset"]
    if not isinstance(dataset, Mapping):
        return False
    return bool(dataset.get("standardize")) or dataset.get("numbers") in ("standard", {"kind": "standard"})


@dataclass(frozen=True)
class Vary:
    """The value that bisection varies."""

    path: str
    """The path of the value, such as `optimizer.lr` of the spec, `layers` for a depth, or `corrupt.p`."""
    healthy: float
    worst: float
    scale: Scale = "log"

    def at(self, source: Source, strength: float) -> Source:
        """The source with the varied value set to `strength`."""
        if self.path == "layers":
            layers = [source.spec["layers"][0]] * int(strength)
            return source.patched({"layers": layers})
        part, _, rest = self.path.partition(".")
        if part == "corrupt":
            return Source(source.spec, {**source.corrupt, rest: strength}, source.table)
        patch: Any = int(strength) if self.scale == "integer" else strength
        for key in reversed(self.path.split(".")):
            patch = {key: patch}
        return source.patched(patch)


@dataclass(frozen=True)
class Case:
    """A spec of the benchmark."""

    name: str
    source: Source
    is_sick: bool
    reference: Source | None = None
    """For a sick spec: the healthy spec that it is compared with."""
    accept: tuple[str, ...] = ()
    """The findings that name the fault, fixed beforehand."""
    layers: tuple[str, ...] = ()
    """The layers that have the fault; empty if it is not in particular layers."""
    seen_at_start: bool = False
    """Whether the fault can be seen before training."""
    is_curable: bool = True
    """Whether a change of the spec can cure it; bad labels have to be mended in the data."""
    measure: Measure = "points"
    vary: Vary | None = None
    multiple: int | None = None
    """For a spec that was made just sick: its strength, as a multiple of the mildest sick one."""


@cache
def read(half: Half) -> tuple[Case, ...]:
    """The specs of a half; those that are to be made just sick have no strength yet."""
    document = yaml.safe_load((HERE / f"{half}.yaml").read_text(encoding="utf-8"))
    return tuple(_cases(document))


def strengthened(case: Case, strength: float) -> Iterator[Case]:
    """The cases made from one that is to be just sick, at those multiples of the mildest sick strength that a spec can
    express."""
    vary = case.vary
    assert vary is not None
    for times in MULTIPLES:
        value = stronger(strength, times, vary.healthy, vary.scale)
        if vary.scale == "integer" and times > 1 and value == strength:
            continue
        changes = {"name": f"{case.name} x{times}", "source": vary.at(case.source, value), "multiple": times}
        yield Case(**{**{name: getattr(case, name) for name in case.__dataclass_fields__}, **changes})


def _cases(document: Mapping[str, Any]) -> Iterator[Case]:
    defaults = document["defaults"]
    for group in ("sick", "just_sick", "healthy"):
        for words in document[group]:
            yield _case(words, defaults, is_sick=group != "healthy")


def _case(words: Mapping[str, Any], defaults: Mapping[str, Any], *, is_sick: bool) -> Case:
    source = _source(words, defaults)
    vary = Vary(**words["vary"]) if "vary" in words else None
    reference = vary.at(source, vary.healthy) if vary else None
    if "reference" in words:
        corrupt = words.get("reference_corrupt", source.corrupt)
        reference = Source(merged(dict(source.spec), words["reference"]), corrupt, source.table)
    assert (reference is not None) == is_sick, words["name"]
    return Case(
        name=words["name"],
        source=source,
        is_sick=is_sick,
        reference=reference,
        accept=tuple(words.get("accept", ())),
        layers=tuple(words.get("layers", ())),
        seen_at_start=words.get("start", False),
        is_curable=words.get("curable", True),
        measure=words.get("measure", "loss" if _dataset(words) in REGRESSION else "points"),
        vary=vary,
    )


def _source(words: Mapping[str, Any], defaults: Mapping[str, Any]) -> Source:
    """The spec, merged into the defaults of its data set."""
    spec = dict(words["spec"])
    base = dict(defaults.get(_dataset(words), {}))
    if isinstance(spec.get("dataset"), str):
        spec["dataset"] = {"name": spec["dataset"]}
    return Source(merged(base, spec), words.get("corrupt", {}), words.get("table"))


def _dataset(words: Mapping[str, Any]) -> str:
    named = words.get("table") or words["spec"]["dataset"]
    return str(named if isinstance(named, str) else named["name"])
