"""The same questions to MLflow's tracking server, which is filled over its own interface."""

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.mlflow_server import MlflowClient, mlflow_version, running_mlflow
from benchmarks.stage import metrics_row

EPOCHS = 1000


def questions(python: Path, folder: Path, runs: int) -> Iterator[tuple[str, dict[str, Callable[[], int]]]]:
    """While the server runs: its name, and what to ask it."""
    version = mlflow_version(python)
    store = f"sqlite:///{folder / f'mlflow-{runs}.db'}"
    with running_mlflow(python, store, folder / "mlflow", uvloop=True) as url:
        client = MlflowClient(url)
        long = _filled(client, runs)
        rows = f"{runs:,} runs of one epoch and one of {EPOCHS:,}"
        yield (
            f"MLflow {version} over HTTP, SQLite, uvloop: {rows}",
            {
                "newest page of 50": lambda: client.page(50),
                "a filter by parameter of name": lambda: client.page(50, filter="attributes.run_name LIKE '%adam%'"),
                "one metric's history, 1 000 values": lambda: client.history(long, "train_loss", 25_000),
                "twelve metrics' histories": lambda: sum(
                    client.history(long, name, 25_000) for name in metrics_row(1).model_dump(exclude={"epoch", "at"})
                ),
            },
        )


def _filled(client: MlflowClient, runs: int) -> str:
    """The id of a run with many epochs, among so many others."""
    for _ in range(runs - client.page(runs) if runs else 0):
        client.log(client.create_run(), metrics_row(1))
    long = client.create_run()
    for epoch in range(1, EPOCHS + 1):
        client.log(long, metrics_row(epoch))
    return long
