"""`docs/findings.md` and a page for each finding, from the registry of findings."""

from collections.abc import Callable
from functools import partial

from insight.findings.kind import FindingKind
from insight.findings.registry import KINDS
from insight.root_cause import CONSEQUENCES

FOLDER = "findings"

INTRODUCTION = """# Findings

Gradus says what is wrong with a network, in which layer, since when and why, and proposes the change of the spec that
cures it. Findings are there before a run (`gradus probe`, `POST /v1/probes`), while it trains (the event `finding`),
and when it is over (`gradus findings ID`, `GET /v1/experiments/{id}/findings`). Those about data begin with `data_`:
see [Findings of data](data-findings.md).

## How to read them

- **The first one is the answer.** What follows from another finding stands below it, and goes away with it. A finding
  that held before another is not its consequence: of saturated layers and a lost signal, the earlier is the cause.
- **Critical** means that the run has diverged or is no better than a constant prediction; a **warning**, that a patch
  is expected to help. A **note** is no alarm: the network learns well, and what would be a sign of sickness in another
  is none in it. An alarm that a run has left behind becomes a note.
- **Evidence** is each measured value with its limit and its healthy range. Values that are healthy are left out.
- **Patches** are [merge patches](https://www.rfc-editor.org/rfc/rfc7396) of the spec. A probe predicts what they do; of
  large networks it measures some patches only, and the others have no prediction. Those of a run are probed when its
  findings are first read after its end: the answer says `predicting` until then. Patches that heal nothing are left
  out.

## Cure, and proof

`gradus findings ID --apply FINDING`, or `POST /v1/experiments/{id}/findings/{finding}/apply`, forks the experiment with
a patch. `--verify`, or `POST …/verify {"seeds": n}`, proves it: a sweep trains the spec with and without the patch,
seed by seed, in stages of 3 pairs and then 2 more. After each stage, it ends if the confidence interval of the gain
excludes 0; the interval is widened for the number of looks, so that it misses the true gain in at most 5 % of cases. A
run that diverges counts as guessing; a pair of which a run is deleted or fails otherwise does not count. The finding
then has `verified`: gain, interval, pairs, and the experiments. Patches that only end training earlier, and runs forked
from a checkpoint, cannot be verified: trainings from the start would tell nothing of them.

## How often they are right

`python -m benchmarks.insight` judges them on specs that training has labelled: a sick one has a better reference,
paired by seed, and no patch improves a healthy one. Half of the sick specs are as mild as a fault can be and still cost
a point of accuracy. Thresholds are set on one half of the specs and judged on the other; the
[results](../benchmarks/results.md#findings-of-networks) list every failure.

## What you do not want to hear of

`GET …/findings?suppress=overfitting` leaves findings out by id. The tag `suppress:overfitting` on an experiment does so
for everybody.

## All findings

Layers' statistics are measured as the spec's `statistics` says; with `off`, findings that need them are not made.
"""


def findings_page() -> str:
    """The overview, with a table of all findings."""
    rows = [f"| [`{kind.id}`]({FOLDER}/{kind.id}.md) | {kind.title} | {_when(kind)} |" for kind in _sorted()]
    table = "\n".join(["| finding | says | seen |", "| --- | --- | --- |", *rows])
    return f"{INTRODUCTION}\n{table}\n"


def finding_pages() -> dict[str, Callable[[], str]]:
    """The page of each finding, by its path in `docs/`."""
    return {f"{FOLDER}/{kind.id}.md": partial(_page, kind) for kind in KINDS}


def _page(kind: FindingKind) -> str:
    parts = [
        f"# {kind.title}",
        f"`{kind.id}`, seen {_when(kind)}. [All findings](../findings.md)",
        "## What it looks like",
        kind.looks_like,
        "## Why",
        kind.why,
        "## Cure",
        kind.cure,
    ]
    causes = [name for name, follow in CONSEQUENCES.items() if kind.id in follow]
    links = [("Possible causes:", causes), ("Possible consequences:", sorted(CONSEQUENCES.get(kind.id, ())))]
    told = [f"{words} {', '.join(f'[`{name}`]({name}.md)' for name in names)}." for words, names in links if names]
    return "\n\n".join([*parts, *(["## Related", *told] if told else [])]) + "\n"


def _sorted() -> list[FindingKind]:
    return sorted(KINDS, key=lambda kind: kind.id)


def _when(kind: FindingKind) -> str:
    times = [("at the start", kind.at_start), ("in training", kind.in_run)]
    return " and ".join(when for when, seen in times if seen is not None) or "in training"
