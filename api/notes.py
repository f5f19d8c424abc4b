"""Notes: rows of the event log on their way to clients."""

from dataclasses import dataclass, field

from api.forms import Form
from hub.tables import EventRow


@dataclass(frozen=True)
class Note:
    """One row. Its bytes are made once for each form, however many clients get them."""

    id: int
    """Its number in the whole log."""
    experiment_id: str
    seq: int
    """Its number in the experiment's own log."""
    workspace_id: str
    number: int
    """Its number in the workspace's log."""
    kind: str
    data: str
    """JSON object."""
    _encoded: dict[tuple[str, bool], bytes] = field(default_factory=dict, compare=False, repr=False)

    def own(self, form: Form) -> bytes:
        """As the experiment's own stream tells it."""
        key = (form.media_type, False)
        if key not in self._encoded:
            self._encoded[key] = form.encode(self.seq, self.kind, self.data)
        return self._encoded[key]

    def among_all(self, form: Form) -> bytes:
        """As the stream over everything tells it: the same data with `experiment_id` in front."""
        key = (form.media_type, True)
        if key not in self._encoded:
            data = f'{{"experiment_id":"{self.experiment_id}",{self.data[1:]}'
            self._encoded[key] = form.encode(self.number, self.kind, data)
        return self._encoded[key]


def note(row: EventRow) -> Note:
    """The row without its session."""
    return Note(
        row.id, row.experiment_id, row.seq, row.workspace_id, row.number, row.kind, row.data.translate(_LINE_ENDS)
    )


_LINE_ENDS = {ord(letter): f"\\u{ord(letter):04x}" for letter in "\x85\u2028\u2029"}
"""Line ends by Unicode, at which many a reader of lines would cut a JSON string in two."""
