"""Statistics of layers in the database: add and read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from gradus.wire.layer_report import LayerHistograms, LayerReport, MeasuredLayers
from hub.tables import LayerReportRow, Table

_REPORTS = Table.metadata.tables[LayerReportRow.__tablename__]
_ADD = insert(_REPORTS)
_HISTOGRAMS = TypeAdapter(tuple[LayerHistograms, ...])
_DECODER = json.JSONDecoder()


def add(session: Session, measured: Mapping[str, MeasuredLayers]) -> None:
    """Add the measurements of one epoch, by the id of the experiment."""
    if measured:
        session.execute(_ADD, [_row(key, one) for key, one in measured.items()])


def _row(experiment_id: str, measured: MeasuredLayers) -> dict[str, object]:
    histograms = measured.histograms
    return {
        "experiment_id": experiment_id,
        "epoch": measured.report.epoch,
        "report": measured.report.model_dump_json(),
        "histograms": None if histograms is None else _HISTOGRAMS.dump_json(histograms).decode(),
    }


def epochs(session: Session, experiment_id: str, after: int = 0, *, with_histograms: bool = False) -> Sequence[int]:
    """The epochs after `after` that have a report, in order. With `with_histograms`, only those that have
    histograms."""
    row = LayerReportRow
    query = select(row.epoch).where(row.experiment_id == experiment_id, row.epoch > after).order_by(row.epoch)
    return session.scalars(query.where(row.histograms.is_not(None)) if with_histograms else query).all()


def read(session: Session, experiment_id: str, chosen: Sequence[int]) -> tuple[LayerReport, ...]:
    """The reports of these epochs, in order."""
    row = LayerReportRow
    query = select(row.report).where(row.experiment_id == experiment_id, row.epoch.in_(chosen)).order_by(row.epoch)
    return tuple(map(LayerReport.model_validate_json, session.scalars(query)))


def history(session: Session, experiment_id: str) -> tuple[LayerReport, ...]:
    """All reports of an experiment, in order."""
    query = select(LayerReportRow.report).where(LayerReportRow.experiment_id == experiment_id)
    return tuple(map(LayerReport.model_validate_json, session.scalars(query.order_by(LayerReportRow.epoch))))


def read_histograms(
    session: Session, experiment_id: str, layer: str, chosen: Sequence[int]
) -> tuple[LayerHistograms, ...]:
    """The histograms of a layer in these epochs, in order."""
    row = LayerReportRow
    query = select(row.histograms).where(row.experiment_id == experiment_id, row.epoch.in_(chosen))
    texts = session.scalars(query.where(row.histograms.is_not(None)).order_by(row.epoch))
    found = (_of_layer(text or "", layer) for text in texts)
    return tuple(LayerHistograms.model_validate(one) for one in found if one is not None)


def _of_layer(text: str, layer: str) -> Any:
    """The histograms of one layer from the JSON text of all layers; None if it has none. The other layers are not
    parsed. This relies on the name being the first field of the model."""
    begin = text.find(f'{{"name":{json.dumps(layer, ensure_ascii=False)},')
    return None if begin < 0 else _DECODER.raw_decode(text, begin)[0]
