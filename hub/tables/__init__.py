"""The tables, without behavior. `migrations/` creates them."""

from hub.tables.access import DEFAULT_WORKSPACE, BrowserSessionRow, KeyRow, WorkspaceRow
from hub.tables.base import Table
from hub.tables.datasets import (
    DatasetEventRow,
    DatasetFileRow,
    DatasetRow,
    DatasetVersionRow,
    ObjectRow,
    UploadPartRow,
    UploadRow,
)
from hub.tables.experiments import ExperimentRow, JobRow, SweepRow
from hub.tables.outcomes import CheckpointRow, EventRow, LayerReportRow, MetricRow
from hub.tables.questions import QuestionRow
from hub.tables.search import SearchTextRow, TagRow
from hub.tables.service import IdempotencyRow, LeaderRow, RemovalRow, WorkerRow
from hub.tables.verifications import VerificationRow
from hub.tables.webhooks import WebhookRow

__all__ = [
    "DEFAULT_WORKSPACE",
    "BrowserSessionRow",
    "CheckpointRow",
    "DatasetEventRow",
    "DatasetFileRow",
    "DatasetRow",
    "DatasetVersionRow",
    "EventRow",
    "ExperimentRow",
    "IdempotencyRow",
    "JobRow",
    "KeyRow",
    "LayerReportRow",
    "LeaderRow",
    "MetricRow",
    "ObjectRow",
    "QuestionRow",
    "RemovalRow",
    "SearchTextRow",
    "SweepRow",
    "Table",
    "TagRow",
    "UploadPartRow",
    "UploadRow",
    "VerificationRow",
    "WebhookRow",
    "WorkerRow",
    "WorkspaceRow",
]
