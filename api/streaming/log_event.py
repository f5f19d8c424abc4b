"""Log events: rows of the event log, ready to send to clients."""

from dataclasses import dataclass, field

from api.streaming.encodings import Encoding
from gradus.wire.message import rfc3339
from hub.tables import DatasetEventRow, EventRow


@dataclass(frozen=True)
class LogEvent:
    """One row of the event log. It is encoded once for each encoding, however many clients receive it."""

    id: int
    """Its number in the whole log."""
    logs: tuple[str, ...]
    """Ids of the logs with this event: its experiment's and its workspace's, or its data set's."""
    seq: int
    """Its number in the log of the experiment or the data set."""
    number: int
    """Its number in the workspace's log; not for events of data sets."""
    kind: str
    envelope: str
    """The event as a JSON object."""
    _encoded: dict[tuple[str, int], bytes] = field(default_factory=dict, compare=False, repr=False)

    def own_bytes(self, encoding: Encoding) -> bytes:
        """The event's bytes in the stream of its experiment or data set."""
        return self._bytes(encoding, self.seq)

    def workspace_bytes(self, encoding: Encoding) -> bytes:
        """The event's bytes in the stream of its workspace."""
        return self._bytes(encoding, self.number)

    def _bytes(self, encoding: Encoding, number: int) -> bytes:
        key = (encoding.media_type, number)
        if key not in self._encoded:
            self._encoded[key] = encoding.encode(number, self.kind, self.envelope)
        return self._encoded[key]


def log_event(row: EventRow) -> LogEvent:
    """The row as a value that is independent of its database session."""
    logs = (row.experiment_id, row.workspace_id)
    return LogEvent(row.id, logs, row.seq, row.number, row.kind, _envelope(row, "experiment_id", row.experiment_id))


def dataset_log_event(row: DatasetEventRow) -> LogEvent:
    """The row of a data set's log as a value that is independent of its database session."""
    return LogEvent(row.id, (row.dataset_id,), row.seq, row.seq, row.kind, _envelope(row, "dataset_id", row.dataset_id))


def _envelope(row: EventRow | DatasetEventRow, of: str, id_: str) -> str:
    """The row as one JSON object. `data` is JSON already, and the other values need no escaping."""
    front = f'{{"seq":{row.seq},"kind":"{row.kind}","at":"{rfc3339(row.at)}","{of}":"{id_}"'
    return f'{front},"data":{row.data.translate(_LINE_ENDS)}}}'


_LINE_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"}
"""Unicode line ends. They are escaped because many line readers would split a JSON string at them."""
