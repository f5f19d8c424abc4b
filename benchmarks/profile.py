"""Profiles: generates the tables of `docs/performance.md`.

`python -m benchmarks.profile epoch` samples the stack of a training process twice per millisecond, during one epoch of
the lecture's two runs, alone and as an array. `python -m benchmarks.profile post` measures the phases between a POST
and the first row, and samples the stack of the API meanwhile. Fractions are of CPU time. `GRADUS_DATASETS_DIR` must
name a folder with MNIST.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

import torch

from api.http import parsing
from api.services import creation
from benchmarks.mnist import mnist_directory
from benchmarks.report import Sample, header, table
from benchmarks.sampling import frames, sampled
from benchmarks.served import Start, service, start
from benchmarks.stage import stages
from gradus.examples import ADAM_BATCH_NORM, GRADIENT_DESCENT
from gradus.spec.experiment import Spec
from hub.hub import Hub
from hub.tables import DEFAULT_WORKSPACE
from models.product_library import fastest_products
from tests.built_in import resolved
from worker.data.load import load
from worker.training.data import Data
from worker.training.report import EpochReport
from worker.training.train import train

RUNS = (GRADIENT_DESCENT, ADAM_BATCH_NORM)
FORWARD, BACKWARD = "forward products: x W + b", "backward products: xᵀ dz, dz Wᵀ; sums over the batch"
PARTS = {
    "models.activation": "ReLU, forward and backward",
    "models.batch_norm": "batch normalization, forward and backward",
    "models.loss": "loss and its gradient",
    "models.clip": "gradient norm, clipping",
    "models.penalty": "penalty",
    "models.optimizer": "optimizer update",
    "models.batch": "permutation of the epoch, gathering batches",
    "models.seed": "permutation of the epoch, gathering batches",
    "worker.training.divergence": "check for non-finite values",
    "worker.training.chunk": "chunks and totals of the epoch",
}
"""The part of an epoch, by the module of the innermost function of this project."""
PLACES = {
    "hub.experiments.experiments": "rows of the experiment, its search text and its job",
    "hub.access.quotas": "lock the workspace, count queued experiments",
    "hub.experiments.events": "event row, sequence numbers in both logs",
    "hub.database.database": "session, begin, commit",
    "hub.database.write_lock": "session, begin, commit",
    "hub.messaging.queue": "job message, by Celery",
    "hub.messaging.pubsub": "pub/sub message",
    "hub.experiments.mapping": "the answer",
    "gradus.wire": "the answer",
    "api.http.parsing": "parse, validate and resolve the spec",
    "gradus.spec": "parse, validate and resolve the spec",
    "gradus.resol": "parse, validate and resolve the spec",
    "api.services": "flush, read the version",
}
"""The part of a POST, by the prefix of the module's name."""
REST = "Python of the loop, copies for chunks"
POSTS = 300


def main() -> None:
    options = _options()
    datasets = mnist_directory()
    print(header(f"Where the time goes: {options.what}", ("torch", "sqlalchemy", "fastapi", "pydantic")))
    _epoch(options, datasets) if options.what == "epoch" else _post(options)


def _epoch(options: argparse.Namespace, datasets: Path) -> None:
    torch.set_num_threads(options.threads)
    lecture = resolved(GRADIENT_DESCENT)
    data = load(lecture.spec.dataset, lecture.data, [datasets], print)
    found = {(run.name, k): _parts(run, k, data) for run in RUNS for k in options.members}
    places = sorted({place for parts in found.values() for place in parts}, key=lambda p: -max(_shares(found, p)))
    print(f"An epoch of {len(data.train):,} examples for each network: processor ms of the main thread, share\n")
    columns = ["part", *(f"{name}, K = {k}" for name, k in found)]
    rows = [[place, *(_cell(parts, k, place) for (_, k), parts in found.items())] for place in places]
    whole = ["together", *(f"{1e3 * parts.total() / k:,.0f}" for (_, k), parts in found.items())]
    print(table(columns, [*rows, whole]))


def _parts(run: Spec, members: int, data: Data) -> Counter[str]:
    """Seconds by part in the second epoch of an array with this number of members."""
    specs = [run.model_copy(update={"seed": seed}) for seed in range(members)]
    reports = train(specs, data, torch.device("cpu"), products=fastest_products())

    def epoch() -> None:
        while not isinstance(next(reports), EpochReport):
            pass

    epoch()
    return sampled(epoch, _part)


def _part(frame: FrameType) -> str:
    own = [place for place in frames(frame) if place[0].startswith(("models", "worker.training"))]
    names = {name for _, name in own}
    if any(module == "worker.training.evaluation" for module, _ in own):
        return "evaluation on validation and test data"
    if own and own[0][0] in PARTS:
        return PARTS[own[0][0]]
    if "DenseLayer.backward" in names:
        return BACKWARD
    return FORWARD if "DenseLayer.forward" in names else REST


def _shares(found: dict[tuple[str, int], Counter[str]], place: str) -> Iterator[float]:
    return (parts[place] / parts.total() for parts in found.values())


def _cell(parts: Counter[str], members: int, place: str) -> str:
    return f"{1e3 * parts[place] / members:,.0f}, {parts[place] / parts.total():.0%}" if parts[place] else ""


def _post(options: argparse.Namespace) -> None:
    short = GRADIENT_DESCENT.model_copy(update={"epochs": 1})
    with tempfile.TemporaryDirectory(prefix="gradus-profile-") as name:
        with service(Path(name), options.threads) as client:
            start(client, short)  # loads MNIST
            starts = [start(client, short) for _ in range(options.starts)]
        print(table(("from the socket to the first row at the client", "ms, median (spread)", "n"), _stretches(starts)))
        with stages(Path(name) / "stage", ("SQLite",)) as settings:
            hub = Hub(settings["SQLite"])
            parts = _api_parts(hub, short)
            hub.close()
    rows = [[place, f"{1e3 * part / POSTS:.2f}", f"{part / parts.total():.0%}"] for place, part in parts.most_common()]
    together = ["together", f"{1e3 * parts.total() / POSTS:.2f}", ""]
    print(table(("the API's work for one POST, without HTTP", "processor ms", "share"), [*rows, together]))


def _stretches(starts: Sequence[Start]) -> Iterator[list[object]]:
    for name, one in {
        "client, socket, HTTP, authentication, parsing the spec": [s.created - s.sent for s in starts],
        "transaction, pub/sub, job message, answer": [s.answered - s.created for s in starts],
        "claim by the worker, since the start of the transaction": [s.claimed - s.created for s in starts],
        "command to the trainer, data in memory, initial weights": [s.first_step - s.claimed for s in starts],
        "total, POST to first step": [s.first_step - s.sent for s in starts],
        "the epoch itself": [s.first_row - s.first_step for s in starts],
        "row to the database, pub/sub, stream, client": [s.arrived - s.first_row for s in starts],
    }.items():
        yield [name, Sample(tuple(1e3 * value for value in one)).in_words(1), len(one)]


def _api_parts(hub: Hub, spec: Spec) -> Counter[str]:
    """Seconds of many POSTs by part, without HTTP."""
    body = spec.model_dump_json().encode()

    def posts() -> None:
        for _ in range(POSTS):
            creation.create(hub, DEFAULT_WORKSPACE, parsing.read(body, Spec), None)

    posts()
    return sampled(posts, _place)


def _place(frame: FrameType) -> str:
    """The part that a stack belongs to: that of the innermost function whose module belongs to a part."""
    places = (place for module, _ in frames(frame) for prefix, place in PLACES.items() if module.startswith(prefix))
    return next(places, "the rest")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("epoch", "post"))
    parser.add_argument("--threads", type=int, default=1, help="CPU threads of the training")
    parser.add_argument("--members", type=int, nargs="+", default=[1, 16], help="members of the array")
    parser.add_argument("--starts", type=int, default=30, help="number of runs whose start is measured")
    return parser.parse_args()


if __name__ == "__main__":
    main()
