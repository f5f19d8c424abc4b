"""The cost of an epoch as width, depth or batch size grows, and the others stay fixed."""

from benchmarks.contest import Row, contest, ratio, rivals
from benchmarks.report import table
from benchmarks.rivals.setting import Setting
from gradus.examples import ADAM_BATCH_NORM
from gradus.spec.experiment import Spec

ROWS = (Row("plain PyTorch, DataLoader", "loader"), Row("Gradus, one run", "gradus"), Row("array of 16", "gradus", 16))
EXAMPLES = 6_000
GROWTHS: dict[str, list[tuple[str, list[int], int]]] = {
    "width, two hidden layers, batch 50": [(f"{n}", [n, n], 50) for n in (25, 50, 100, 200, 400, 800, 1600)],
    "depth, hidden layers of 100, batch 50": [(f"{n}", [100] * n, 50) for n in (0, 1, 2, 4, 8, 16)],
    "batch, 784-300-100-10": [(f"{n}", [300, 100], n) for n in (5, 10, 50, 250, 1000, 6000)],
}
"""For each table: title, hidden layers and batch sizes."""


def growth(threads: int, rounds: int, share: float) -> None:
    """Print a table for each; Adam with batch normalization."""
    examples = int(EXAMPLES * share)
    with rivals(ROWS, threads) as field:
        for title, points in GROWTHS.items():
            rows = []
            for point, layers, batch in points:
                times = contest(field, _setting(layers, min(batch, examples), examples), rounds)
                faster = [f"{ratio(times[0], its):.2f}" for its in times[1:]]
                rows.append([point, *(its.in_words(3) for its in times), *faster, rounds])
            names = [row.name for row in ROWS]
            print(f"**{title}**, adam + batch norm, {examples:,} examples\n")
            columns = [title.partition(",")[0], *(f"{name}, s" for name in names)]
            print(table([*columns, *(f"{name}: times as fast" for name in names[1:]), "n"], rows), flush=True)


def _setting(layers: list[int], batch: int, examples: int) -> Setting:
    changes = {"layers": layers, "batch_size": batch}
    return Setting(Spec.model_validate({**ADAM_BATCH_NORM.document(), **changes}), examples)
