"""The page `docs/cli.md`: every command, its arguments and options, and the exit codes, read off the commands."""

from collections.abc import Iterator
from typing import Any

import typer

from gradus.cli.contents import SECTIONS
from gradus.cli.exits import Exit
from gradus.cli.group import Later
from gradus.cli.help import records
from gradus.cli.main import cli
from scripts.markdown import table

HEAD = """\
# The command line

<!-- Written by `python -m scripts.docs` from `gradus/cli/`. Change it there, or the text in `scripts/cli_page.py`. -->

```console
$ gradus up                                         # the whole service, in a terminal of its own
$ gradus doctor                                     # is everything in order here?
$ gradus submit --example digits --watch            # train something, and see it learn
$ gradus ls
```

## Specs

`gradus submit` takes any number of files, in JSON or YAML, and `-` for the standard input; a YAML file may hold several
specs with `---` between them. Without a file `--example` names a spec that ships with Gradus, and `--set` alone makes
one:

```console
$ gradus submit adam.yaml sgd.yaml --set epochs=20 --watch
$ gradus submit --set dataset=mnist --set layers='[300, 100]' --set optimizer.lr=0.01
$ gradus show last --spec > mine.yaml               # to be changed and submitted again
```

`--set PATH=VALUE` changes one place: keys and places in lists, joined by dots; the value is JSON or, in brackets, YAML,
or a text if it is neither; where only a text fits (`name=42`) it is one. A shorthand on the way is written out
(`"adam"` and `optimizer.lr=0.1` give `{"kind": "adam", "lr": 0.1}`), and another `kind` begins its object anew. In
YAML, as in JSON, `1e-3` is a number and `no` is a text.

Nothing that is said twice wins in silence: a key that stands twice in a file, an option of one value that is given
again, two variants of one label, a `--set` that undoes an earlier one are refused. Two `--example` are two runs, and
the values of two `--grid` of one path are taken together. What `--grid` and `--variant` add stands beside what the file
has.

## Ids

An ID may be shortened to its last characters, as `gradus ls` shows them in a terminal, or to its first; `last` is the
newest. Sweeps have ids of their own, for `gradus sweep`.

## Watching

In a terminal `watch`, and `--watch` of the commands that make runs, show a bar for each run, the time that is left, the
newest losses and accuracies, and downloads of data sets; for a single run its newest epochs too. Elsewhere they print a
line for each event. Ctrl-C ends the watching alone: the runs go on, and how to come back is said. `gradus watch`
without an ID watches all that runs or waits.

## For scripts

With `--json` the standard output is one JSON document, or a document a line for what is a stream (`watch`, `logs`,
`sweep watch`). A command that takes several specs or IDs prints a list, of one too. Everything else that there is to
say goes to the error output, and an error is a sentence with a hint, never JSON. Without a terminal, or with
`NO_COLOR`, there are no colours; without a terminal tables are as wide as they need. In a terminal names and other
texts give way, ids and numbers never. Control characters in texts of others are written out (`\\x1b`, `\\n`), and
so is, as `\\u6f22`, what the output's encoding does not have. Times are local, with their offset; ages are by the
service's clock.

`GRADUS_URL` and `GRADUS_KEY` name a service and a key, `--url` another service; without them the one that `gradus up`
started on the data folder is meant (`GRADUS_DATA_DIR`, else `~/.gradus`).

`gradus --install-completion` lets the shell complete commands, options, ids, data sets and the paths of `--set`.

## Exit codes
"""


def cli_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *table(("code", "means"), _codes()), *_sections()])


def _codes() -> Iterator[tuple[str, str]]:
    for code in Exit:
        yield f"`{int(code)}`", code.meaning


def _sections() -> Iterator[str]:
    program = typer.main.get_command(cli)
    context = typer.Context(program, info_name="gradus")
    for title, entries in SECTIONS.items():
        yield f"## {title}\n"
        for entry in entries:
            yield from _command(Later(entry).real(), entry.name, context)


def _command(command: Any, name: str, parent: Any) -> Iterator[str]:
    context = typer.Context(command, info_name=name, parent=parent)
    pieces = " ".join(command.collect_usage_pieces(context))
    yield f"### `{context.command_path}`\n"
    yield f"`{context.command_path} {pieces}`\n"
    yield f"{command.help}\n"
    if hasattr(command, "commands"):
        for inner in command.commands.values():
            yield from _command(inner, inner.name, context)
    else:
        for title, found in records(command, context).items():
            rows = ((f"`{what}`", said) for what, said in found if not what.endswith("--help"))
            yield from table((title.lower(), "meaning"), rows)
