"""Watch a sweep to its end: its results as they come."""

import time
from collections.abc import Iterator

from rich.live import Live

from gradus.cli import output
from gradus.cli.exits import Exit
from gradus.cli.sweeps.table import whole
from gradus.client import Client, calls
from gradus.client.patience import LONG
from gradus.wire.sweep import SweepRecord, SweepStatus

SECONDS = 1.0
"""Between two looks."""
OVER = {SweepStatus.SUCCEEDED: Exit.OK, SweepStatus.FAILED: Exit.FAILED, SweepStatus.CANCELLED: Exit.FAILED}
"""The statuses that nothing follows, and what they are to the shell."""


def watch(client: Client, sweep_id: str, *, as_json: bool) -> Exit:
    """Show the sweep until all its members are over. Ctrl-C leaves them running."""
    show = _json_lines if as_json else _live if output.on_terminal() else _plain
    try:
        return OVER[show(_changes(client, sweep_id)).status]
    except KeyboardInterrupt:
        output.talk("")
        output.talk(f"The sweep goes on. To come back: gradus sweep watch {sweep_id}")
        return Exit.INTERRUPTED


def _changes(client: Client, sweep_id: str) -> Iterator[SweepRecord]:
    """The sweep now, and whenever something of it has changed, to its end; outlasts a service that is away a minute."""
    before = None
    while True:
        record = client.send(calls.sweep(sweep_id), retries=LONG)
        if record != before:
            yield record
        if record.status in OVER:
            return
        before = record
        time.sleep(SECONDS)


def _json_lines(changes: Iterator[SweepRecord]) -> SweepRecord:
    for record in changes:
        output.print_json_line(record)
    return record


def _plain(changes: Iterator[SweepRecord]) -> SweepRecord:
    for record in changes:
        counts = ", ".join(f"{count} {status}" for status, count in record.counts.items() if count)
        output.say(f"{record.name or record.id}: {counts}")
    output.show(whole(record))
    return record


def _live(changes: Iterator[SweepRecord]) -> SweepRecord:
    console = output.console()
    record = next(changes)
    try:
        with Live(whole(record), console=console, refresh_per_second=4, transient=True) as live:
            for record in changes:
                live.update(whole(record))
    finally:
        console.print(whole(record))
    return record
