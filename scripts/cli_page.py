"""The page `docs/cli.md`: every command with its arguments and options, and the exit codes."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

from gradus.cli.exit_codes import Exit
from gradus.cli.group import LazyCommand
from gradus.cli.help import EXAMPLES, records
from gradus.cli.main import cli
from gradus.cli.registry import SECTIONS, Command, Group
from scripts.markdown import table

HEAD = """\
# The command line

<!-- Written by `python -m scripts.docs` from `gradus/cli/`. Change it there, or the text in `scripts/cli_page.py`. -->

```console
$ gradus up                                         # start the whole service, in a terminal of its own
$ gradus doctor                                     # check this machine and the service
$ gradus submit --example digits --watch            # train a network and watch it learn
$ gradus ls                                         # list the experiments
```

The everyday commands about experiments stand at the top; `gradus experiments` has them, too, beside the groups
`gradus sweeps`, `gradus datasets` and `gradus keys`: `gradus ls` and `gradus experiments ls` are the same.

## Specs

`gradus submit` takes any number of files in JSON or YAML; `-` is standard input. A YAML file may hold several specs,
separated by `---`. Without a file, `--example` names a spec that ships with Gradus, and `--set` alone makes one:

```console
$ gradus submit adam.yaml sgd.yaml --set epochs=20 --tag baseline --watch
$ gradus submit --set dataset=mnist --set layers='[300, 100]' --set optimizer.lr=0.01
$ gradus show last --spec > mine.yaml               # to change and submit again
```

`--set PATH=VALUE` sets one field. The path consists of keys and positions in lists, separated by dots. The value is
JSON or, if it starts with a bracket, YAML, else a string; for a field that takes only strings (`name=42`) it is
always a string. A shorthand on the path is expanded: `"adam"` and `optimizer.lr=0.1` give `{"kind": "adam", "lr":
0.1}`. A new `kind` drops the fields of the old one. In YAML, as in JSON, `1e-3` is a number and `no` is a string.

Contradictions are refused, never resolved silently: a key that appears twice in a file, an option that takes one
value but is given twice, two variants with the same label, a `--set` that undoes an earlier one. Two `--example` are
two experiments, and the values of two `--grid` with the same path are combined. `--grid`, `--variant` and `--random`
add to what the file has.

## Ids

An ID may be shortened to its last characters, as `gradus ls` shows them in a terminal, or to its first ones. `last`
is the newest experiment or, in `gradus sweeps`, the newest sweep.

`-q` prints ids only, for other commands:

```console
$ gradus ls -q --all --status failed --status cancelled | xargs -r gradus rm
$ sweep=$(gradus sweeps create --example digits --variant dropout=0.2 --seeds 5 -q)
```

## Watching

In a terminal, `gradus watch` and the option `--watch` show a progress bar for each run, with the time left, the
newest losses and accuracies, and the downloads of data sets; a single run also shows its newest epochs. Without a
terminal they print a line for each event. Ctrl-C ends only the watching: the runs continue, and the command to watch
them again is printed. `gradus watch` without an ID watches all queued and running experiments.

## For scripts

With `--json`, standard output is one JSON document or, for streams (`watch`, `logs`, `sweeps watch`), one document
per line. A command that takes several specs or IDs prints a list, even for a single one. Everything else goes to
standard error. An error is a sentence with a hint, never JSON.

Without a terminal, or with `NO_COLOR`, there are no colors. Without a terminal, tables are as wide as they need to
be; in a terminal, names and other texts are shortened to fit, ids and numbers never. Control characters in texts are
escaped (`\\x1b`, `\\n`), and so are characters that the output's encoding lacks (`\\u6f22`). Times are local, with
their offset from UTC; ages are by the clock of the service.

`GRADUS_URL` and `GRADUS_KEY` set the service and the key; `--url` overrides the service. Without them, commands use
the service that `gradus up` started on the data folder (`GRADUS_DATA_DIR`, else `~/.gradus`).

`gradus --install-completion` makes the shell complete commands, options, ids, data sets and the paths of `--set`.

## Exit codes
"""


def cli_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *table(("code", "means"), _codes()), *_sections()])


def _codes() -> Iterator[tuple[str, str]]:
    for code in Exit:
        yield f"`{int(code)}`", code.meaning


def _sections() -> Iterator[str]:
    context = typer.Context(typer.main.get_command(cli), info_name="gradus")
    for title, found in SECTIONS.items():
        yield f"## {title}\n"
        for entry in found:
            yield from _command(entry, context) if isinstance(entry, Command) else _group(entry, context)


def _group(group: Group, parent: Any) -> Iterator[str]:
    context = typer.Context(_GROUP, info_name=group.name, parent=parent)
    yield f"### `{context.command_path}`\n"
    yield f"{group.help}\n"
    described = {id(command) for entries in SECTIONS.values() for command in entries}
    targets: set[str] = set()
    rows = [(f"`{context.command_path} {one.name}`", one.help) for one in group.commands]
    yield from table(("command", "does"), rows)
    for command in group.commands:
        if id(command) not in described and command.target not in targets:
            yield from _command(command, context)
        targets.add(command.target)  # an alias is described once


_GROUP = TyperGroup()


def _command(entry: Command, parent: Any) -> Iterator[str]:
    command = LazyCommand(entry).load()
    context = typer.Context(command, info_name=entry.name, parent=parent)
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"### `{context.command_path}`\n"
    yield f"`{context.command_path} {pieces}`\n"
    text = EXAMPLES.sub(lambda examples: f"```sh\n{examples[0].rstrip()}\n```\n", command.help or "")
    yield text.rstrip() + "\n"
    for title, found in records(command, context).items():
        rows = ((f"`{what}`", meaning) for what, meaning in found if not what.endswith("--help"))
        yield from table((title.lower(), "meaning"), rows)
