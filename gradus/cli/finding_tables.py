"""Findings as a terminal shows them: the root cause first, and below it its consequences."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType

from gradus.cli import labels
from gradus.cli.console import styled
from gradus.cli.parse_options import write_options
from gradus.metrics import label
from gradus.wire.finding import Evidence, Finding, Patch, Verified, Verifying

COLORS = {"critical": "red", "warning": "yellow", "note": ""}
STEP = "  "
SHOWN = 2
"""How many similar findings are shown in full; the others are only named."""
MEASURED = 12
"""How many measured values of a finding are shown."""
CHANGE = 1000
"""How many characters of a patch are shown; `gradus fork --finding` applies the whole patch."""
FOLDED = 3
"""Minimum number of other findings: naming fewer than this would save no space."""


def findings(found: Sequence[Finding], *, evidence: bool = False) -> RenderableType:
    """Each finding with its severity, why it matters, and the patch that removes its cause; with `evidence`, also what
    was measured."""
    roots = [one for one in found if _cause(one, found) is None]
    return Group(*(line for alike in _alike(roots) for line in _of_alike(alike, found, evidence)))


def _alike(roots: Sequence[Finding]) -> Iterable[list[Finding]]:
    """Group the findings that differ only in their column or layer; each group takes the place of its first finding."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for one in roots:
        groups.setdefault((str(one.severity), one.id), []).append(one)
    return groups.values()


def _of_alike(alike: Sequence[Finding], found: Sequence[Finding], evidence: bool) -> Iterator[RenderableType]:
    shown = alike if len(alike) < SHOWN + FOLDED else alike[:SHOWN]
    for one in shown:
        yield from _lines(one, found, evidence, "")
    if rest := alike[len(shown) :]:
        yield f"{STEP}… and {len(rest)} more: {', '.join(one.column or one.layer or '' for one in rest)}"


def _cause(finding: Finding, found: Sequence[Finding]) -> Finding | None:
    """The cause of a finding; None if it has none, if the cause was not found, or if it follows from the finding
    itself."""
    chain = [finding]
    while (name := chain[-1].consequence_of) is not None:
        cause = next((one for one in found if one.id == name), None)
        if cause is None:
            break
        if cause in chain:
            return None
        chain.append(cause)
    return chain[1] if len(chain) > 1 else None


def _lines(finding: Finding, found: Sequence[Finding], evidence: bool, indent: str) -> Iterator[RenderableType]:
    since = f"  since epoch {finding.since.epoch}, step {finding.since.step}" if finding.since else ""
    place = finding.column or finding.layer or ""
    head = f"{indent}{finding.severity}  {finding.id} {place}".rstrip() + since
    yield styled(head, COLORS.get(str(finding.severity), ""))
    yield f"{indent}{STEP}{finding.because}"
    if evidence:
        yield from (f"{indent}{STEP}{_measured(one)}" for one in finding.evidence[:MEASURED])
        if len(finding.evidence) > MEASURED:
            yield f"{indent}{STEP}… and {len(finding.evidence) - MEASURED} more"
    for patch in finding.patches:
        yield f"{indent}{STEP}{patch.why.rstrip('.')}: {_change(patch)}"
        yield from (f"{indent}{STEP}{STEP}{line}" for line in _predicted(patch))
    if finding.verified:
        yield f"{indent}{STEP}{_verified(finding.verified)}"
    if finding.verifying:
        yield f"{indent}{STEP}{_verifying(finding.verifying)}"
    for one in found:
        if _cause(one, found) is finding:
            yield from _lines(one, found, evidence, indent + STEP * 2)


def _measured(one: Evidence) -> str:
    """`update ratio of layers/1: 0.31 (limit 0.1, healthy 0.0001 to 0.01)`."""
    place = one.column or one.layer
    limits = [*([] if one.threshold is None else [f"limit {_value(one.threshold)}"]), *_healthy(one.healthy)]
    beside = f" ({', '.join(limits)})" if limits else ""
    return f"{one.statistic}{f' of {place}' if place else ''}: {_value(one.value)}{beside}"


def _healthy(span: tuple[float | None, float | None] | None) -> list[str]:
    low, high = span or (None, None)
    if low is None:
        return [] if high is None else [f"healthy up to {_value(high)}"]
    return [f"healthy from {_value(low)}" if high is None else f"healthy {_value(low)} to {_value(high)}"]


def _change(patch: Patch) -> str:
    text = write_options(patch.patch) if patch.of == "parse" else json.dumps(patch.patch, ensure_ascii=False)
    return text if len(text) <= CHANGE else f"{text[: CHANGE - 1]}…"


def _predicted(patch: Patch) -> Iterator[str]:
    for statistic, values in patch.predicted.items():
        yield f"predicted {statistic}: {_value(values.get('before'))} → {_value(values.get('after'))}"


def _verified(verified: Verified) -> str:
    """`verified over 5 seeds: gain 0.0210 [0.0100, 0.0320] in validation accuracy`."""
    gain = "unknown" if verified.gain is None else _value(verified.gain)
    span = "" if verified.ci95 is None else f" [{', '.join(map(_value, verified.ci95))}]"
    metric = "" if verified.metric is None else f" in {label(verified.metric)}"
    told = "" if verified.decided else ", which may be chance"
    failed = f"; {verified.failed_without} runs failed without it" if verified.failed_without else ""
    failed += f"; {verified.failed_with} failed with it" if verified.failed_with else ""
    return f"verified over {verified.seeds} seeds: gain {gain}{span}{metric}{told}{failed}"


def _verifying(verifying: Verifying) -> str:
    return f"being verified: {verifying.done} of at most {verifying.seeds} seeds done, in sweep {verifying.sweep_id}"


def _value(value: Any) -> str:
    """A count without decimals, another number with four."""
    if not isinstance(value, int | float):
        return str(value)
    return f"{int(value):,}" if float(value).is_integer() and abs(value) < 1e15 else labels.number(value)
