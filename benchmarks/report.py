"""The output of every benchmark: a header with date and machine, and Markdown tables with median and spread."""

import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Sample:
    """Repeated measurements of one quantity."""

    values: tuple[float, ...]

    @property
    def n(self) -> int:
        return len(self.values)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def quantile(self, share: float) -> float:
        """The quantile: the smallest value that at least this fraction of the values does not exceed."""
        ranked = sorted(self.values)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))]

    def in_words(self, digits: int = 0) -> str:
        """The median and, in brackets, the minimum and the maximum."""
        return f"{self.median:,.{digits}f} ({min(self.values):,.{digits}f} – {max(self.values):,.{digits}f})"


def header(title: str, packages: Iterable[str] = (), notes: Sequence[str] = ()) -> str:
    """A heading with date, hardware, versions, and the machine's load before the benchmark."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    lines = [
        f"## {title}",
        "",
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}; load average before: {os.getloadavg()[0]:.2f}",
        f"- {_processor()}, {len(os.sched_getaffinity(0))} cores, {_memory_gib():.0f} GiB; {platform.platform()}",
        f"- Python {platform.python_version()}" + (f"; {versions}" if versions else ""),
        *(f"- {note}" for note in notes),
    ]
    return "\n".join([*lines, ""])


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; the first column is left-aligned, the others are right-aligned."""
    lines = [columns, ["---", *["---:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def _commit() -> str:
    here = Path(__file__).parent
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=here, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
