"""The data of an uploaded data set, from the artifact store and the machine's cache."""

from pathlib import Path

from gradus.dataset_plan import DatasetPlan
from gradus.spec.dataset import Dataset
from hub.artifacts.local_copies import LocalCopies
from hub.datasets.table_ref import TableRef
from preprocessing.encode import Fitted
from worker.data.array_cache import ArrayCache
from worker.data.long_step import Say
from worker.data.stored_table import stored_table
from worker.data.uploaded import Uploaded, load_uploaded
from worker.training.data import Data


def uploaded_data(
    dataset: Dataset,
    plan: DatasetPlan,
    preprocessing: str | None,
    copies: LocalCopies,
    table: TableRef | None,
    folder: Path,
    say: Say,
) -> Data:
    """The data of an experiment, encoded by the `preprocessing` of its checkpoint if there is one.

    Raises:
        DataError: the table was deleted or is damaged, or it cannot be encoded as the spec says.
    """
    fitted = None if preprocessing is None else Fitted.model_validate_json(preprocessing)
    uploaded = Uploaded(dataset, plan, fitted)
    return load_uploaded(uploaded, lambda: stored_table(copies, table, dataset.name, say), ArrayCache(folder), say)
