"""The data of a question, on the CPU."""

from pathlib import Path

from gradus.dataset_plan import DatasetPlan
from gradus.spec.dataset import Dataset
from hub.artifacts.local_copies import FOLDER, LocalCopies
from hub.artifacts.store import artifact_store
from hub.datasets.table_ref import TableRef
from worker.answering.protocol import Ask
from worker.data.array_cache import ENCODED
from worker.data.built_in_images import load_shared
from worker.training.data import Data


def question_data(
    ask: Ask, dataset: Dataset, plan: DatasetPlan, table: TableRef | None, preprocessing: str | None = None
) -> Data:
    """The data of a resolved spec, encoded by the `preprocessing` of a checkpoint if there is one.

    Raises:
        DataError: the data set was deleted or is damaged.
    """
    folders = [Path(folder) for folder in ask.dataset_dirs]
    if dataset.digest is None:
        return load_shared(dataset, plan, folders, _say)
    from worker.trainer.uploaded_data import uploaded_data  # noqa: PLC0415 (DuckDB may not be installed)

    copies = LocalCopies(artifact_store(ask.artifacts_url), folders[-1] / FOLDER)
    return uploaded_data(dataset, plan, preprocessing, copies, table, folders[-1] / ENCODED, _say)


def _say(_: object) -> None:
    """Ignore the progress, which is not reported for a short question."""
