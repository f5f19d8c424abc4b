"""The same queries to MLflow's tracking server, which is filled through its API."""

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.mlflow_server import MlflowClient, mlflow_version, running_mlflow
from benchmarks.stage import metrics_row

EPOCHS = 1000


def questions(python: Path, folder: Path, runs: int) -> Iterator[tuple[str, dict[str, Callable[[], int]]]]:
    """The server's name and its queries, while it runs."""
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
    """Create this number of runs and one with many epochs, whose id is returned."""
    for _ in range(runs - client.page(runs) if runs else 0):
        client.log(client.create_run(), metrics_row(1))
    long = client.create_run()
    for epoch in range(1, EPOCHS + 1):
        client.log(long, metrics_row(epoch))
    return long
