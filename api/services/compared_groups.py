"""Compares groups of test rows for a model card. numpy is imported when it is first needed."""

from typing import TYPE_CHECKING

from api.services.stored_table import opened_table
from api.services.weights import Chosen
from gradus.errors import Unavailable
from hub.datasets import stored_tables
from hub.hub import Hub

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from evaluation.worse_groups import Comparison
    from export.trained import Trained
    from preprocessing.table import Table

MOST_ROWS = 200_000
"""Limit on the rows of a table whose groups are compared: the client waits for the model card."""
MOST_TESTED = 10_000
MOST_NUMBERS = 20_000_000
"""Limit on the inputs of all tested rows."""
MOST_VALUES = 50
"""Limit on the values of a column whose groups are compared."""


def compared(hub: Hub, chosen: Chosen, network: "Trained") -> "Comparison | str":
    """The comparison of groups of test rows with equal categories, or a clause that says why there is none."""
    dataset = chosen.resolved.spec.dataset
    names = _columns(network)
    if dataset.digest is None or not names:
        return "the data have no columns of categories"
    with hub.read() as session:
        stored = stored_tables.with_digest(session, chosen.row.workspace_id, dataset.digest)
    if stored is None:
        return "the data set was deleted"
    try:
        with opened_table(hub, stored) as table:
            if table.rows > MOST_ROWS:
                return f"the table has more than {MOST_ROWS:,} rows"
            return _compared(chosen, network, table, names)
    except Unavailable:
        return "the stored table could not be read"


def _columns(network: "Trained") -> list[str]:
    from preprocessing.categories import FittedOneHot, FittedOrdinal  # noqa: PLC0415

    found = []
    for column in network.fitted.columns:
        match column:
            case FittedOneHot(categories=known, rare=rare):
                values = len(known) + rare
            case FittedOrdinal(order=known):
                values = len(known)
            case _:
                continue
        if values <= MOST_VALUES:
            found.append(column.column)
    return found


def _compared(chosen: Chosen, network: "Trained", table: "Table", names: list[str]) -> "Comparison":
    from evaluation.worse_groups import compare  # noqa: PLC0415
    from preprocessing.parts import rows_of  # noqa: PLC0415
    from preprocessing.texts import as_text  # noqa: PLC0415

    rows = rows_of(chosen.resolved.spec.dataset, network.data.classes, table)
    tested = rows.test[: max(1, min(MOST_TESTED, MOST_NUMBERS // network.plan.inputs))]
    scores = _scores(network, table, tested, rows.targets.values[tested])
    values = {}
    for name in names:
        texts = as_text(table.column(name).at(tested), table.record(name).type)
        values[name] = [texts.categories[code] if code >= 0 else None for code in texts.values.tolist()]
    return compare(scores, values, is_error=network.data.task == "regression")


def _scores(
    network: "Trained", table: "Table", rows: "NDArray[np.intp]", targets: "NDArray[np.int64] | NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """For each row: whether its class is right, the share of its right labels, or its mean error in standard
    deviations."""
    import numpy as np  # noqa: PLC0415

    from export.batches import rows_at_once  # noqa: PLC0415
    from export.reference import outputs  # noqa: PLC0415
    from preprocessing.encode import transform  # noqa: PLC0415
    from preprocessing.table import STACKED  # noqa: PLC0415

    fitted = network.fitted
    flat = [name for name in fitted.names if table.record(name).type not in STACKED]
    columns = dict(table.taken(flat, rows))
    columns |= {name: table.column(name).at(rows) for name in fitted.names if name not in columns}
    at_once = rows_at_once(network)
    pieces = []
    for first in range(0, len(rows), at_once):
        part = slice(first, first + at_once)
        inputs = transform(fitted, {name: column.at(part) for name, column in columns.items()})
        pieces.append(outputs(network, inputs, np.float32))
    found = np.concatenate(pieces).astype(np.float64)
    match network.data.task:
        case "classification":
            return np.asarray(found.argmax(1) == targets, dtype=np.float64)
        case "multi_label":
            return np.asarray(((found > 0) == (targets > 0.5)).mean(1))
        case "regression":
            assert network.target_scale is not None
            wanted = (targets.reshape(len(rows), -1) - network.target_scale.mean) / network.target_scale.deviation
            return np.asarray(np.abs(found - wanted).mean(1))
