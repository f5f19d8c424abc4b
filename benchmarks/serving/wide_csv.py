"""CSV in, CSV out, of a table with 100 columns, over HTTP and on one core: `python -m benchmarks.serving.wide_csv`.

The API's process may run on one core alone; the client, which only sends and reads, runs on another one.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.report import Sample, header
from benchmarks.serving.processes import listening, processor_seconds
from benchmarks.tables.service import File, Served, service
from gradus.spec.experiment import Spec

COLUMNS, ROWS = 100, 10_000
WORDS = ("red", "green", "blue", "yellow", "black", "white", "brown", "grey")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=10, help="requests that are measured")
    asked = options.parse_args()
    notes = (f"{ROWS:,} rows of {COLUMNS} columns in a request; 128 and 64 units; the API on one core",)
    print(header("CSV over HTTP", ("onnxruntime", "numpy"), notes))
    print("| columns | body, MiB | rows/s: median (least – most) | rows per processor second |")
    print("|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as name, service(Path(name)) as served:
        experiments = [_trained(served, Path(name), share) for share in (0.0, 0.2)]
        _pin(served.port)
        for share, (experiment, content) in zip((0.0, 0.2), experiments, strict=True):
            rates, costs = [], []
            for _ in range(asked.times + 1):
                seconds, processor = _ask(served, experiment, content)
                rates.append(ROWS / seconds)
                costs.append(ROWS / processor)
            found = [Sample(tuple(one[1:])).in_words() for one in (rates, costs)]
            words = "numbers" if not share else "a fifth categories"
            print(f"| {words} | {len(content) / 2**20:.1f} | {found[0]} | {found[1]} |", flush=True)


def _trained(served: Served, folder: Path, share: float) -> tuple[str, bytes]:
    """A network of a table in which a share of the columns are categories, and the table without its target."""
    draws = np.random.default_rng(0)
    words = round(share * COLUMNS)
    cells = [draws.choice(WORDS, ROWS).tolist() for _ in range(words)]
    cells += [[f"{value:.4f}" for value in draws.normal(size=ROWS)] for _ in range(COLUMNS - words)]
    names = [f"c{i}" for i in range(COLUMNS)]
    rows = [",".join(row) for row in zip(*cells, strict=True)]
    path = folder / f"wide{words}.csv"
    target = draws.integers(0, 2, ROWS)
    path.write_text("\n".join([",".join([*names, "y"]), *(f"{row},{y}" for row, y in zip(rows, target, strict=True))]))
    served.upload(path.stem, [File(path)])
    dataset = {"name": path.stem, "target": "y", "task": "classification"}
    spec = Spec.model_validate({"dataset": dataset, "layers": [128, 64], "epochs": 1, "checkpoint": 1})
    posted = served.client.experiments.create(spec)
    posted.wait()
    return posted.id, "\n".join([",".join(names), *rows]).encode()


def _pin(port: int) -> None:
    """Restrict the API to the first core that this process may use, and this process to the others."""
    first, *others = sorted(os.sched_getaffinity(0))
    for pid in listening(port):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {first})
    os.sched_setaffinity(0, others or {first})


def _ask(served: Served, experiment: str, content: bytes) -> tuple[float, float]:
    """Send a request; returns the wall-clock seconds and the API's processor seconds until the whole response was
    read."""
    before, began = processor_seconds(served.port), time.perf_counter()
    path, headers = f"/v1/experiments/{experiment}/predict", {"Content-Type": "text/csv"}
    answer = served.http.post(path, content=content, headers=headers).raise_for_status().content
    seconds = time.perf_counter() - began
    assert answer.count(b"\n") == ROWS + 1
    return seconds, processor_seconds(served.port) - before


if __name__ == "__main__":
    main()
