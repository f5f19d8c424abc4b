"""Sick and healthy networks, labelled by effect, and how well findings and patches do on them.

`python -m benchmarks.insight label calibration` trains the specs of a half and writes their labels beside them.
`judge calibration` asks for the findings about each, and tries the first patch; `baselines calibration` tries blind
changes and random search instead; `rates calibration` holds the probe's learning rates against twelve trained ones.
`held_out` is the other half, to be judged once, after the thresholds are set. `second_held_out`, `third_held_out` and
`fourth_held_out` are three more, by authors who did not know the rules; they, too, are to be judged once.

`GRADUS_DATASETS_DIR` must name a folder with `mnist`, `fashion_mnist`, `tables` and `cifar10-jpeg.tar.xz`, or several,
separated by colons.
Scores are kept in `--cache`, so that what was trained once is not trained again.
"""

import argparse
import random
import tempfile
import time
from pathlib import Path

import torch

from benchmarks.insight import labels, tables_of_results
from benchmarks.insight.cases import HALVES, Case, Half, read
from benchmarks.insight.data import Folder
from benchmarks.insight.judge import evidence, in_words, judged
from benchmarks.insight.labels import Label
from benchmarks.insight.runs import Runs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("label", "judge", "baselines", "rates"))
    parser.add_argument("half", choices=HALVES)
    parser.add_argument("--only", default="", help="part of the names of the specs")
    parser.add_argument("--sick", action="store_true", help="only the specs that are meant to be sick")
    parser.add_argument("--healthy", action="store_true", help="only those that are meant to be healthy")
    parser.add_argument("--quick", action="store_true", help="judge: do not train the patches")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "gradus-insight.jsonl")
    parser.add_argument("--search", action="store_true", help="baselines: also random search with twenty trainings")
    parser.add_argument("--sample", type=int, help="baselines: as many random specs of each label")
    parser.add_argument("--evidence", action="store_true", help="judge: print the numbers behind each finding")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    runs = Runs(Folder.of_environment(), options.cache)
    match options.what:
        case "label":
            _label(options.half, options.only, runs)
        case "judge":
            _judge(options.half, options, runs)
        case "baselines":
            tables_of_results.print_baselines(_drawn(options, runs), options.half, runs, search=options.search)
        case "rates":
            tables_of_results.print_rates(options.half, runs)


def _label(half: Half, only: str, runs: Runs) -> None:
    found = labels.labels(half)
    for case in read(half):
        if only not in case.name or not runs.folder.has(case.source):
            continue
        began = time.process_time()
        for one in labels.relabelled([case], runs):
            found[one.name] = one
            spent = f"{time.process_time() - began:.1f} s"
            print(f"{one.label:8} {one.name:50} {one.points:6.2f} gain {one.gain} {one.by or ''} {spent}", flush=True)
        labels.store(half, list(found.values()))


def _judge(half: Half, options: argparse.Namespace, runs: Runs) -> None:
    from benchmarks.insight.answers import asker  # noqa: PLC0415 (labels do not depend on findings)

    print(tables_of_results.judge_header(half))
    left_out = {True} if options.healthy else {False} if options.sick else set()
    found = []
    for case, label in labels.labelled(half):
        if case.is_sick in left_out or options.only not in case.name or not runs.folder.has(case.source):
            continue
        found.append(judged(case, label, asker(runs.folder), None if options.quick else runs))
        print(in_words(found[-1]), flush=True)
        if options.evidence:
            print("\n".join(evidence(found[-1])), flush=True)
    tables_of_results.print_judged(found)


def _drawn(options: argparse.Namespace, runs: Runs) -> list[tuple[Case, Label]]:
    """The labelled specs that the options name, in the order of their half."""
    named = [
        (case, label)
        for case, label in labels.labelled(options.half)
        if options.only in case.name and runs.folder.has(case.source)
    ]
    if options.sample is None:
        return named
    drawn: list[tuple[Case, Label]] = []
    for word in ("sick", "healthy"):
        those = [one for one in named if one[1].label == word]
        draws = random.Random(f"sample {word}")  # noqa: S311
        drawn += draws.sample(those, min(options.sample, len(those)))
    return [one for one in named if one in drawn]


if __name__ == "__main__":
    main()
