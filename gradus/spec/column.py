"""The role of a column, and its own encoding."""

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from gradus.spec.calendar import Calendar, Elapsed
from gradus.spec.categories import Embedding, Hashed, OneHot, Ordinal
from gradus.spec.missing import Missing
from gradus.spec.numbers import MinMax, NoScaling, Quantile, Robust, SignedLog, Standard
from gradus.spec.spec_model import SpecModel, named, shorthand, tagged

Role = Literal["input", "ignore", "target", "weight", "group", "time", "split"]
ROLES: tuple[Role, ...] = get_args(Role)

ROLE_MEANINGS: dict[Role, str] = {
    "input": "the network learns from it",
    "ignore": "the network does not see it",
    "target": "what the network learns to predict; as `target` says",
    "weight": "weight of the row in the loss, at least 0",
    "group": "rows with equal values stay in one part: the default split is then grouped",
    "time": "the order of a split by time",
    "split": "the part of each row: train, validation or test",
}

Encoding = (
    MinMax
    | Standard
    | Robust
    | Quantile
    | SignedLog
    | NoScaling
    | OneHot
    | Ordinal
    | Hashed
    | Embedding
    | Calendar
    | Elapsed
)


class ColumnSetting(SpecModel, title="Column"):
    """What a column is for. A string such as `"ignore"` stands for a role."""

    role: Role = "input"
    """`input` is learned from, `ignore` is not; `weight` (≥ 0) counts each row in the loss; `group`, `time` and `split`
    serve the split."""
    encode: (
        Annotated[
            Annotated[Encoding, tagged()],
            named(
                "min_max",
                "standard",
                "robust",
                "quantile",
                "signed_log",
                "none",
                "one_hot",
                "ordinal",
                "hash",
                "embedding",
                "calendar",
                "elapsed",
            ),
        ]
        | None
    ) = None
    """Encoding of this column; null for the encoding of its type. An integer may be encoded as a category."""
    missing: Missing | None = None
    """How a missing number in this column is replaced; null for the data set's `missing`."""


def _by_role(value: Any) -> Any:
    return {"role": value} if isinstance(value, str) else value


Column = Annotated[ColumnSetting, shorthand(_by_role, {"enum": list(ROLES)}), Field()]
