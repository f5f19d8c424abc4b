"""`gradus system`."""

import re
from datetime import datetime
from typing import Any

from rich.console import Group
from rich.table import Table

from gradus import __version__
from gradus.cli import labels, output, tables
from gradus.cli.options import Json, Url
from gradus.client import Client
from gradus.wire.system import Limits, SystemRecord, Usage, WorkerRecord


def system(as_json: Json = False, url: Url = None) -> None:
    """Show the service's workers, devices, queue and limits."""
    with Client(url) as client:
        record, now, address = client.system(), client.now(), client.credentials.address
    if as_json:
        output.print_json(record)
        return
    facts = tables.facts(_facts(record, address))
    output.show(Group(facts, "", _workers(record.workers, now), "", _limits(record.limits)))


def _facts(record: SystemRecord, url: str) -> dict[str, str]:
    differs = "" if record.version == __version__ else f" (this client: {__version__})"
    return {
        "service": url,
        "version": f"{record.version}{differs}",
        "queue": f"{record.queue_depth} queued, {record.running} running",
        "workers": str(len(record.workers)) if record.workers else "none: nothing trains until one starts",
    }


def _workers(workers: tuple[WorkerRecord, ...], now: datetime) -> Table:
    table = tables.borderless()
    gpu = ["gpu"] if any(one.usage is not None and one.usage.gpu is not None for one in workers) else []
    for heading in ("worker", "device", "slots", "cores", "busy", "threads", "cpu", "memory", *gpu, "up for"):
        is_text = heading in {"worker", "device"}
        table.add_column(heading, justify="left" if is_text else "right", no_wrap=not is_text)
    for one in workers:
        busy = str(one.running)
        threads = ", ".join(map(str, one.threads)) or "–"
        usage = _usage(one.usage)[: 2 + len(gpu)]
        numbers = str(one.slots), str(one.cores or "–"), busy, threads, *usage
        device = re.sub("(, products [mo]+)?, torch [^)]*", "", one.device)  # --json has the whole name
        table.add_row(f"{one.host} {one.pid}", device, *numbers, labels.age(one.started_at, now))
    return table


def _usage(usage: Usage | None) -> tuple[str, str, str]:
    """The number of busy cores, the memory, and for a GPU its utilization and memory."""
    if usage is None:
        return "–", "–", "–"
    gpu = "–" if usage.gpu is None else f"{usage.gpu:.0%}"
    if usage.gpu_memory_bytes is not None:
        gpu += f", {labels.size(usage.gpu_memory_bytes)}"
    return f"{usage.cpu:.1f}", labels.size(usage.memory_bytes), gpu


def _limits(limits: Limits) -> Table:
    table = tables.borderless()
    table.add_column("limit")
    table.add_column("maximum", justify="right")
    for name, value in limits:
        table.add_row(name.removesuffix("_bytes").replace("_", " "), _limit(name, value))
    return table


def _limit(name: str, value: Any) -> str:
    if not isinstance(value, int):
        return labels.value_or_dash(value)
    return labels.size(value) if name.endswith("_bytes") else f"{value:,}"
