"""`gradus sweeps`: list, show, watch, extend, retry, cancel and delete sweeps."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

import typer
from rich.live import Live
from rich.table import Table

from gradus.cli import ids, labels, output, tables
from gradus.cli.commands.rm import confirmed, print_deleted
from gradus.cli.commands.sweep_results import page
from gradus.cli.console import one_line
from gradus.cli.exit_codes import Exit
from gradus.cli.options import Json, Limit, Quiet, SweepId, SweepIds, Url, Yes, at_most_one
from gradus.client import Client, Sweep
from gradus.errors import BadRequest
from gradus.seeds import read_seeds
from gradus.wire.sweep import SweepRecord, SweepStatus, SweepSummary


def ls(limit: Limit = 20, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """List sweeps, newest first."""
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        found = [one.summary for one in client.sweeps.list(limit=limit)]
        now = client.now()
    if as_json:
        output.print_all(found)
    elif quiet:
        for one in found:
            output.say(one.id)
    elif found:
        output.show(_table(found, now))
    else:
        output.note("no sweeps yet; to create one: gradus sweeps create --help")


def show(given: SweepId, as_json: Json = False, url: Url = None) -> None:
    """Show the results of a sweep, best first.

    Each change has its mean and its difference to the base, paired by seed, both with their 95 % confidence intervals.
    """
    with Client(url) as client:
        record = client.sweeps.get(ids.resolve_sweep(client, given)).record
    output.print_json(record) if as_json else output.show(page(record))


def watch(given: SweepId, as_json: Json = False, url: Url = None) -> Exit:
    """Show a sweep live until it ends; Ctrl-C leaves it running."""
    with Client(url) as client:
        return watch_sweep(client, ids.resolve_sweep(client, given), as_json=as_json)


def cancel(given: SweepIds, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Cancel the experiments of sweeps that have not ended."""
    _ask(given, lambda one: one.cancel(), quiet=quiet, as_json=as_json, url=url)


def retry(given: SweepIds, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Train the failed experiments of sweeps again, from the start."""
    _ask(given, lambda one: one.retry(), quiet=quiet, as_json=as_json, url=url)


def extend(
    given: SweepIds,
    seeds: Annotated[
        str | None,
        typer.Option(metavar="SEEDS", help="How many seeds it should have in total, or which to add: 10, or 5-9."),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=1000, help="How many combinations a random search should have in total."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
    url: Url = None,
) -> None:
    """Add seeds to sweeps, for narrower intervals.

    A random search can get more draws, too. Nothing is trained twice.
    """
    more = _extension(seeds, draws)
    _ask(given, lambda one: one.extend(more), quiet=quiet, as_json=as_json, url=url)


def rm(given: SweepIds, yes: Yes = False, quiet: Quiet = False, as_json: Json = False, url: Url = None) -> None:
    """Delete sweeps and all their experiments.

    None of the experiments may be running: cancel the sweep first.
    """
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        found = [client.sweeps.get(one) for one in ids.resolve_sweeps(client, given)]
        if not yes and not confirmed([f"{one.id} {one.name}, {sum(one.counts.values())} experiments" for one in found]):
            found = []
        for one in found:
            one.delete()
            print_deleted(one.id, quiet=quiet)
    if as_json:
        output.print_json({"deleted": [one.id for one in found]})


def watch_sweep(client: Client, sweep_id: str, *, as_json: bool) -> Exit:
    """Show the sweep until all its experiments have ended. Ctrl-C leaves them running."""
    show_changes = _json_lines if as_json else _live if output.on_terminal() else _plain
    try:
        return _exit_code(show_changes(sweep.record for sweep in client.sweeps.get(sweep_id).watch()))
    except KeyboardInterrupt:
        return _still_running(sweep_id)


def wait_for_sweep(client: Client, sweep_id: str, *, quiet: bool, as_json: bool) -> Exit:
    """Wait silently until all experiments of the sweep have ended. Ctrl-C leaves them running."""
    if not as_json:
        output.say(sweep_id)
    try:
        ended = client.sweeps.get(sweep_id).wait().record
    except KeyboardInterrupt:
        return _still_running(sweep_id)
    if as_json:
        output.print_json(ended)
    elif not quiet:
        output.note(f"{ended.name or ended.id}: {_counts(ended)}; to see: gradus sweeps show {ended.id}")
    return _exit_code(ended)


def _still_running(sweep_id: str) -> Exit:
    output.note("")
    output.note(f"The sweep continues. To watch again: gradus sweeps watch {sweep_id}")
    return Exit.INTERRUPTED


def _counts(record: SweepRecord) -> str:
    return ", ".join(f"{count} {status}" for status, count in record.counts.items() if count)


def _exit_code(ended: SweepRecord) -> Exit:
    return Exit.OK if ended.status is SweepStatus.SUCCEEDED else Exit.FAILED


def _json_lines(changes: Iterator[SweepRecord]) -> SweepRecord:
    for record in changes:
        output.print_json_line(record)
    return record


def _plain(changes: Iterator[SweepRecord]) -> SweepRecord:
    for record in changes:
        output.say(f"{record.name or record.id}: {_counts(record)}")
    output.show(page(record))
    return record


def _live(changes: Iterator[SweepRecord]) -> SweepRecord:
    console = output.console()
    record = next(changes)
    try:
        with Live(page(record), console=console, refresh_per_second=4, transient=True) as live:
            for record in changes:
                live.update(page(record))
    finally:
        console.print(page(record))
    return record


def _extension(seeds: str | None, draws: int | None) -> dict[str, object]:
    if seeds is None and draws is None:
        raise BadRequest("say what to add: --seeds or --draws")
    try:
        more: dict[str, object] = {} if seeds is None else {"seeds": read_seeds(seeds)}
    except ValueError as error:
        raise BadRequest(f"--seeds {seeds}: {error}") from None
    return more if draws is None else {**more, "random": {"n": draws}}


def _ask(given: Sequence[str], ask: Callable[[Sweep], Sweep], *, quiet: bool, as_json: bool, url: str | None) -> None:
    at_most_one(quiet=quiet, json=as_json)
    with Client(url) as client:
        found = [client.sweeps.get(one) for one in ids.resolve_sweeps(client, given)]
        records = [ask(one).record for one in found]
    if as_json:
        output.print_all(records)
    else:
        for record in records:
            output.say(record.id) if quiet else output.show(page(record))


def _table(found: Sequence[SweepSummary], now: datetime) -> Table:
    table = tables.borderless()
    for heading in ("id", "name", "status", "ended", "objective", "age"):
        justify: Literal["left", "right"] = "right" if heading in {"ended", "age"} else "left"
        table.add_column(heading, no_wrap=heading != "name", justify=justify)
    for one in found:
        total, ended = sum(one.counts.values()), one.members_over
        shown_id = ids.short(one.id) if output.on_terminal() else one.id
        cells = (str(one.status), f"{ended}/{total}", one.objective.metric, labels.age(one.created_at, now))
        table.add_row(shown_id, one_line(one.name), *cells)
    return table
