"""Prediction requests: rows of any form, as JSON in parts that the service accepts."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic_core import to_jsonable_python

from gradus.client.request import Request, path_of, reads, reads_json
from gradus.errors import BadRequest, TooLarge
from gradus.wire.prediction import EnsemblePrediction, Prediction
from gradus.wire.problem import MOST

if TYPE_CHECKING:
    from gradus.client.transport import Transport

ROWS_AT_ONCE = 10_000
BYTES_AT_ONCE = 8 << 20
"""Maximum rows and bytes of one request; the service accepts twice as many bytes."""
PREPROCESSING = "preprocessing.json"

Columns = list[str]
Rows = Iterable[Sequence[Any]]


P = TypeVar("P", Prediction, EnsemblePrediction)


@dataclass(frozen=True)
class Asked(Generic[P]):
    """The target of a prediction request: an experiment, or a change of a sweep."""

    model: type[P]
    path: str
    query: Mapping[str, str] = field(default_factory=dict)


def experiment(experiment_id: str) -> Asked[Prediction]:
    """The network of an experiment."""
    return Asked(Prediction, path_of("experiments", experiment_id, "predict"))


def sweep(sweep_id: str, label: str | None) -> Asked[EnsemblePrediction]:
    """The networks of a change; None for the best change."""
    query = {} if label is None else {"label": label}
    return Asked(EnsemblePrediction, path_of("sweeps", sweep_id, "predict"), query)


async def predict(
    transport: "Transport[Any]", asked: Asked[P], data: Any, options: Mapping[str, Any], names_of: str
) -> P:
    """The predictions for rows: dictionaries, a mapping of columns, a data frame of pandas or polars, or an array,
    whose columns are those of the experiment with the id `names_of`.

    Raises:
        BadRequest: the data have none of these forms.
    """
    columns, rows = _table(data)
    if columns is None:
        columns, rows = await _named(transport, names_of, rows, options)
    answers: list[P] = []
    given = {name: value for name, value in options.items() if value is not None}
    head = json.dumps({**given, "columns": columns}).removesuffix("}")
    for part in _parts(rows):
        answers += await _answers(transport, asked, head, part)
    whole = [row for answer in answers for row in answer.data]
    seconds = sum(answer.seconds for answer in answers)
    return answers[0].model_copy(update={"data": tuple(whole), "seconds": seconds})


async def _answers(transport: "Transport[Any]", asked: Asked[P], head: str, rows: Sequence[str]) -> list[P]:
    """The predictions for a part; it is halved if it is too large for the service, as pictures may be."""
    request = Request(
        "POST",
        asked.path,
        reads(asked.model),
        query=asked.query,
        body=f'{head}, "data": [{", ".join(rows)}]}}'.encode(),
        harmless=True,
    )
    try:
        return [await transport.send(request)]
    except TooLarge as error:
        if len(rows) == 1 or error.code == "network_too_large":
            raise
    half = len(rows) // 2
    first = await _answers(transport, asked, head, rows[:half])
    return first + await _answers(transport, asked, head, rows[half:])


def has_names(data: Any) -> bool:
    """Whether the data name their columns; arrays do not."""
    return hasattr(data, "columns") or not (hasattr(data, "shape") and hasattr(data, "tolist"))


def _table(data: Any) -> tuple[Columns | None, Rows]:
    """The names of the columns (None for an array) and the rows."""
    if hasattr(data, "columns") and hasattr(data, "to_dict"):  # a frame of pandas or polars
        return _of_columns({str(name): _listed(data[name]) for name in data.columns})
    if isinstance(data, Mapping):
        return _of_columns({str(name): _listed(values) for name, values in data.items()})
    if hasattr(data, "shape") and hasattr(data, "tolist"):
        return None, data.tolist()
    rows = list(data) if isinstance(data, Iterable) and not isinstance(data, str | bytes) else None
    if rows is None or not all(isinstance(row, Mapping) for row in rows):
        raise BadRequest("predict: give rows as dictionaries, a mapping of columns, a data frame or an array")
    names = list(dict.fromkeys(str(name) for row in rows for name in row))
    absent = [name for name in names if not all(name in row for row in rows)]
    if absent:
        listed = ", ".join(f"'{name}'" for name in absent[:MOST])
        raise BadRequest(f"predict: some rows have no {listed}, which others have: write None where a value is missing")
    return names, [[row[name] for name in names] for row in rows]


def _of_columns(columns: Mapping[str, list[Any]]) -> tuple[Columns, Rows]:
    lengths = {len(values) for values in columns.values()}
    if len(lengths) > 1:
        raise BadRequest("predict: all columns must have the same length")
    return list(columns), zip(*columns.values(), strict=True)


def _listed(values: Any) -> list[Any]:
    """The values of a column as Python objects, None where a value is missing."""
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    return [_plain(value) for value in listed]


def _plain(value: Any) -> Any:
    """The value; None for a missing value of pandas or numpy."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    if isinstance(value, float) and value != value:  # noqa: PLR0124 (NaN)
        return None
    return value


async def columns_of(transport: "Transport[Any]", experiment_id: str, epoch: int | str = "best") -> Columns:
    """The names of the columns that a network takes, in their order."""
    path = path_of("experiments", experiment_id, f"export/{PREPROCESSING}")
    document = await transport.send(Request("GET", path, reads_json, query={"epoch": epoch}))
    return [one.get("column") or one["scaled"]["column"] for one in document["columns"]]


async def _named(
    transport: "Transport[Any]", experiment_id: str, rows: Rows, options: Mapping[str, Any]
) -> tuple[Columns, Rows]:
    """The names of the network's columns, and an array's rows. With a single column, each row is one value."""
    names = await columns_of(transport, experiment_id, options.get("epoch", "best"))
    if len(names) == 1:
        return names, [[row] for row in rows]
    plain = [[_plain(value) for value in row] for row in rows]
    if any(len(row) != len(names) for row in plain):
        raise BadRequest(f"predict: each row of the array must have {len(names)} values: {', '.join(names[:20])}")
    return names, plain


def _parts(rows: Rows) -> Iterator[list[str]]:
    """The rows as JSON, in parts as large as a request may be; at least one part."""
    part: list[str] = []
    size = 0
    for row in rows:
        try:
            text = json.dumps(list(row), default=to_jsonable_python)
        except (TypeError, ValueError) as error:
            raise BadRequest(f"predict: a row cannot be written as JSON: {error}") from error
        if part and (len(part) == ROWS_AT_ONCE or size + len(text) > BYTES_AT_ONCE):
            yield part
            part, size = [], 0
        part.append(text)
        size += len(text)
    yield part
