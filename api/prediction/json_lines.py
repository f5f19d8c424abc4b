"""Rows in JSON lines: each line is an object, as in `rows` of a document."""

from typing import Any

from api.http.parsing import invalid, parse_any
from api.prediction.json_rows import check_count, columns_of
from api.prediction.model import Model
from gradus.errors import BadRequest
from gradus.wire.prediction import PredictRequest
from gradus.wire.problem import Mistake, echo
from preprocessing.column import Column


def columns_of_lines(model: Model, content: bytes, request: PredictRequest) -> tuple[dict[str, Column], int]:
    """The columns of the rows, by name, and the number of rows. Empty lines are skipped. `request` has the options.

    Raises:
        InvalidSpec: names or values do not fit the model; `errors` lists them by line.
        BadRequest: a line is not JSON.
        TooLarge: there are too many rows.
    """
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if text := line.strip():
            check_count(len(rows) + 1)
            rows.append(_object(text, number))
            lines.append(number)
    asked = request.model_copy(update={"rows": rows})
    return columns_of(model, asked, lambda i: f"line {lines[i]}")


def _object(text: bytes, number: int) -> dict[str, Any]:
    try:
        value = parse_any(text)
    except BadRequest as error:
        detail = error.detail.replace("the body", f"line {number}", 1).replace(" in line 1, column", " in column")
        raise BadRequest(detail, code=error.code) from None
    if not isinstance(value, dict):
        raise invalid(Mistake(path=f"line {number}", message="must be an object", input=echo(value)))
    return value
