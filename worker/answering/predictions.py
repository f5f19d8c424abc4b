"""The predictions of a whole table as a file, by the ONNX model that users download."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradus.errors import Conflict, InvalidSpec
from gradus.resolved import ResolvedSpec
from gradus.wire.problem import Mistake
from hub.artifacts.local_copies import FOLDER, LocalCopies
from hub.artifacts.store import artifact_store
from hub.questions.predicted import PredictedRows, file_name
from hub.questions.question import PredictionsQuestion
from worker.answering.prediction_file import Answers, written
from worker.answering.protocol import Ask

if TYPE_CHECKING:  # ONNX and DuckDB may not be installed
    from export.session import Session
    from export.trained import Trained
    from preprocessing.column import Column
    from preprocessing.encode import Fitted, FittedColumn
    from preprocessing.table import Table

CHUNK_ROWS = 16_384
"""Rows of the table that are read at once."""
CHUNK_BYTES = 256 << 20
"""Fewer rows are read at once if they would take more memory than this."""


def predictions(ask: Ask, question: PredictionsQuestion) -> PredictedRows:
    """Write the predictions into the folder of the question.

    Raises:
        InvalidSpec: the table lacks columns, or they have other types; `errors` lists them.
        Conflict: the checkpoint cannot be used.
        TooLarge: the file would be larger than the workspace allows.
        DataError: the table was deleted or is damaged.
    """
    trained, session = _model(ask, question)
    path = Path(ask.folder) / file_name(question.format)
    may_be_absent = _may_be_absent(question, trained.fitted)
    with _table(ask, question, trained.fitted, may_be_absent) as table:
        _check(trained.fitted.columns, may_be_absent, table)
        pieces = _answers(trained, session, table, question)
        columns = written(path, pieces, question.format, ask.file_bytes)
        return PredictedRows(rows=table.rows, bytes=path.stat().st_size, columns=tuple(columns))


def _may_be_absent(question: PredictionsQuestion, fitted: "Fitted") -> frozenset[str]:
    """The columns whose values are missing if the table does not have them."""
    from preprocessing.given import may_miss  # noqa: PLC0415 (as above)

    is_wanted = question.absent == "missing"
    return frozenset(one.column for one in fitted.columns if is_wanted and may_miss(one))


@contextmanager
def _table(
    ask: Ask, question: PredictionsQuestion, fitted: "Fitted", may_be_absent: frozenset[str]
) -> "Iterator[Table]":
    from worker.answering.uploaded_table import uploaded_table  # noqa: PLC0415 (as above)
    from worker.data.stored_table import stored_table  # noqa: PLC0415

    if question.upload is not None:
        with uploaded_table(ask, question.upload, question.dataset, fitted, may_be_absent) as table:
            yield table
        return
    copies = LocalCopies(artifact_store(ask.artifacts_url), Path(ask.dataset_dirs[-1]) / FOLDER)
    with stored_table(copies, question.table, question.dataset, lambda _: None) as table:
        yield table


def _model(ask: Ask, question: PredictionsQuestion) -> "tuple[Trained, Session]":
    from export.build import TooLargeForOnnx, build  # noqa: PLC0415 (imports ONNX)
    from export.checkpoint import Unusable, read_trained  # noqa: PLC0415

    network = question.network
    reference = network.checkpoint
    with artifact_store(ask.artifacts_url).open(reference.key, reference.digest) as folder:
        try:
            trained = read_trained(folder, ResolvedSpec(network.spec, network.data), network.which)
            if question.temperature is not None:
                trained = replace(trained, temperature=question.temperature)
            return trained, build(trained, {}).session
        except (Unusable, TooLargeForOnnx) as error:
            raise Conflict(str(error), code="checkpoint_unusable") from error


def _check(fitted: "Sequence[FittedColumn]", may_be_absent: frozenset[str], table: "Table") -> None:
    """Check that the table has the columns that the network takes.

    Raises:
        InvalidSpec: it does not; `errors` lists everything that is wrong.
    """
    types = {column.name: str(column.type) for column in table.read.columns}
    needed = [one for one in fitted if one.column in types or one.column not in may_be_absent]
    mistakes = [found for one in needed if (found := _mistake(one, types)) is not None]
    if mistakes:
        raise InvalidSpec("the data set does not have the columns that the network was trained on", errors=mistakes)


def _mistake(fitted: "FittedColumn", types: Mapping[str, str]) -> Mistake | None:
    name, allowed = fitted.column, _types(fitted)
    if name not in types:
        return Mistake(path=f"columns/{name}", message=f"the data set has no column '{name}'")
    if types[name] not in allowed:
        wanted = " or ".join(sorted(allowed))
        return Mistake(
            path=f"columns/{name}", message=f"'{name}' has the type {types[name]} here, and must be {wanted}"
        )
    return None


def _types(fitted: "FittedColumn") -> frozenset[str]:
    """The types that a column may have. A number may be an integer or not; categories need their own type, because
    their texts depend on it."""
    from preprocessing.encode import FittedNumber, FittedStandardized  # noqa: PLC0415 (as above)
    from preprocessing.pixels import FittedArray, FittedBytes  # noqa: PLC0415

    match fitted:
        case FittedNumber():
            return frozenset({"boolean"}) if fitted.type == "boolean" else frozenset({"integer", "number"})
        case FittedStandardized():
            return _types(fitted.scaled)
        case FittedBytes():
            return frozenset({"image"})
        case FittedArray():
            return frozenset({"array"})
        case _:
            return frozenset({str(fitted.type)})


def _answers(
    trained: "Trained", session: "Session", table: "Table", question: PredictionsQuestion
) -> Iterator[Answers]:
    """The answers to consecutive rows."""
    from export.answer_columns import answer_columns  # noqa: PLC0415 (as above)
    from export.batches import batches, row_bytes, rows_at_once  # noqa: PLC0415 (imports ONNX)
    from export.feeds import feeds  # noqa: PLC0415
    from export.notes import notes  # noqa: PLC0415
    from export.signature import signature  # noqa: PLC0415

    signed, data = signature(trained.fitted, trained.data), trained.data
    batch_rows = rows_at_once(trained)
    chunk_rows = max(1, min(CHUNK_ROWS, CHUNK_BYTES // row_bytes(signed)))
    for first, columns in _chunks(trained.fitted, table, chunk_rows):
        _refuse_missing(trained.fitted.columns, columns, first)
        rows = min(chunk_rows, table.rows - first)
        for batch in batches(columns, rows, batch_rows):
            found = session.run(feeds(trained.fitted, batch))
            probabilities = signed.probabilities
            shares = None if probabilities is None or not question.probabilities else found[probabilities.name]
            prediction = found[signed.prediction.name]
            said = notes(trained.fitted, batch, len(prediction))
            widths, top = question.half_widths, question.top
            yield answer_columns(data, prediction, shares, half_widths=widths, notes=said, top=top)


def _chunks(fitted: "Fitted", table: "Table", rows: int) -> "Iterator[tuple[int, dict[str, Column]]]":
    """The columns that the network takes, in chunks of rows; those that the table does not have are missing."""
    from preprocessing.given import nothing  # noqa: PLC0415 (as above)

    there = {column.name for column in table.read.columns}
    names = [name for name in fitted.names if name in there]
    for first, columns in table.chunks(names, rows):
        count = min(rows, table.rows - first)
        yield first, {one.column: columns.get(one.column) or nothing(one, count) for one in fitted.columns}


def _refuse_missing(fitted: "Sequence[FittedColumn]", columns: "Mapping[str, Column]", first: int) -> None:
    """Refuse missing values in columns whose experiment refuses them.

    Raises:
        InvalidSpec: a number, or an element of an array, is missing.
    """
    from preprocessing.refused import refused  # noqa: PLC0415 (as above)

    for one in fitted:
        missing = refused(one, columns[one.column])
        if missing.any():
            row = first + int(np.argmax(missing))
            message = f"is missing in row {row}, which the experiment's `refuse` does not allow"
            raise InvalidSpec(
                f"'{one.column}' {message}", errors=[Mistake(path=f"columns/{one.column}", message=message)]
            )
