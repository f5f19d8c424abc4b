"""Seconds per training epoch: Gradus, alone and in arrays, compared with plain PyTorch, Lightning, Keras, scikit-learn
and the step's bare matrix products, on the lecture's network, a wide one and a deep one. `--growth` instead measures
the cost of an epoch as width, depth and batch size grow.

Each rival has its own process with one framework, and they train in turns; a ratio is the median of the rounds' ratios.
The examples are synthetic, in MNIST's shape, without evaluation. Install the frameworks with `pip install -c
constraints.txt -e .[bench]`; missing ones are skipped with a note.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from benchmarks.contest import Rival, Row, contest, ratio, rivals
from benchmarks.growth import growth
from benchmarks.report import Sample, header, table
from benchmarks.rivals.setting import Setting
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec


@dataclass(frozen=True)
class Shape:
    """A network, and the number of examples of its epochs here."""

    layers: tuple[int, ...]
    batch: int
    examples: int


NETWORKS = {
    "lecture": Shape((300, 100), 50, 60_000),
    "wide": Shape((2000, 2000), 256, 6_000),
    "deep": Shape((100,) * 10, 50, 20_000),
}
RUNS = {"gradient descent": GRADIENT_DESCENT, "adam + batch norm": ADAM_BATCH_NORM}
FRAMEWORKS = {
    "products": Row("the step's matrix products alone", "products"),
    "loader": Row("plain PyTorch, DataLoader", "loader"),
    "resident": Row("plain PyTorch, resident data, batches by index", "resident"),
    "lightning": Row("Lightning", "lightning"),
    "keras": Row("Keras, torch backend", "keras"),
    "sklearn": Row("scikit-learn MLPClassifier, no batch norm", "sklearn"),
}
REFERENCE = "loader"
PACKAGES = {"lightning": "lightning", "keras": "keras", "sklearn": "scikit-learn"}
"""The packages of the rivals that need more than torch."""
COLUMNS = ("an epoch of each network, seconds", "median (spread)", "times plain PyTorch's speed", "n")


def main() -> None:
    options = _options()
    here = [name for name in options.rows if name not in PACKAGES or _version(PACKAGES[name])]
    missing = [PACKAGES[name] for name in options.rows if name not in here]
    notes = [f"{options.threads} threads, {options.rounds} rounds by turns after one to warm up"]
    notes += [f"left out, not installed: {', '.join(missing)}"] * bool(missing)
    print(header("Training", ["torch", *(PACKAGES[name] for name in here if name in PACKAGES)], notes))
    if options.growth:
        growth(options.threads, options.rounds, options.share)
        return
    rows = [FRAMEWORKS[name] for name in here]
    rows += [row for members in options.members for row in _gradus(members, options.threads)]
    with rivals(rows, options.threads) as field:
        for name in options.networks:
            for run in options.runs:
                _print(field, run, _setting(RUNS[run], NETWORKS[name], options.share), options.rounds)


def _gradus(members: int, threads: int) -> list[Row]:
    """One array with all threads, and one array per core, as in a worker with a slot per core that trains a sweep."""
    if members == 1:
        return [Row("Gradus, one run", "gradus")]
    whole = Row(f"Gradus, array of {members}", "gradus", members)
    dealt = Row(f"Gradus, {threads} arrays of {members // threads}, a thread each", "gradus", members, threads)
    return [whole, dealt] if threads > 1 and members % threads == 0 else [whole]


def _setting(run: Spec, shape: Shape, share: float) -> Setting:
    changes = {"layers": list(shape.layers), "batch_size": shape.batch}
    experiment = Spec.model_validate({**run.document(), **changes})
    return Setting(experiment, max(shape.batch, int(shape.examples * share)))


def _print(field: Sequence[Rival], run: str, setting: Setting, rounds: int) -> None:
    shape = "-".join(["784", *(str(layer.units) for layer in setting.layers)])
    print(f"**{run}**, {shape}, batch {setting.batch}, {setting.examples:,} examples\n")
    times = contest(field, setting, rounds)
    reference = next((its for rival, its in zip(field, times, strict=True) if rival.row.rival == REFERENCE), None)
    print(table(COLUMNS, _rows(field, times, reference)), flush=True)


def _rows(field: Sequence[Rival], times: Sequence[Sample], reference: Sample | None) -> Iterator[list[object]]:
    for rival, its in zip(field, times, strict=True):
        faster = "" if reference is None else f"{ratio(reference, its):.2f}"
        yield [rival.row.name, its.in_words(3), faster, its.n]


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2, help="CPU threads of each rival")
    parser.add_argument("--members", type=int, nargs="*", default=[1, 4, 16, 64], help="members of Gradus' arrays")
    parser.add_argument(
        "--rows", nargs="*", choices=FRAMEWORKS, default=list(FRAMEWORKS), help="the other rivals to run"
    )
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--runs", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--share", type=float, default=1.0, help="fraction of the examples, for a quick run")
    parser.add_argument("--growth", action="store_true", help="measure the cost as width, depth and batch size grow")
    return parser.parse_args()


if __name__ == "__main__":
    main()
