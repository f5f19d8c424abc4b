"""The help of one command, without noise: no type names for texts, no brackets around required arguments."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from typer.core import TyperCommand

SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"]}
_TYPE = re.compile(r" <[^|]*>$")
"""The type after an argument. Choices, which contain a bar, are kept."""
EXAMPLES = re.compile(r"(?:^gradus .*(?:\n|\Z))+(?=\n|\Z)", re.MULTILINE)
"""A paragraph of command lines in a help text."""
_VERBATIM = "\b\n"
"""Click's mark of a paragraph whose lines stay as they are."""


class CommandHelp(TyperCommand):
    """A command with this help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option that takes one value but is given several times: all values but the last would be lost."""
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(args=list(args))
            for option, times in Counter(filter(_takes_one, given)).items():
                if times > 1:
                    ctx.fail(f"{option.opts[0]} takes one value, but is given {times} times")
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`ID...` for one or more, `[ID]...` for any number."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def format_help_text(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the description, with each command line on a line of its own."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(EXAMPLES.sub(lambda found: _VERBATIM + found[0], self.help or ""))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then options."""
        for title, found in records(self, ctx).items():
            with formatter.section(title):
                formatter.write_dl(found)


def _takes_one(given: Any) -> bool:
    """Whether an option must not be repeated. A repeated flag is harmless, unless it has an opposite."""
    option = given.param_type_name == "option" and not given.multiple
    return option and (not given.is_flag or bool(given.secondary_opts))


def records(command: Any, ctx: Any) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The arguments and the options, if there are any: how each is written, and what it means."""
    found = {"Arguments": list(_records(command, ctx, "argument")), "Options": list(_records(command, ctx, "option"))}
    return {title: entries for title, entries in found.items() if entries}


def _records(command: Any, ctx: Any, kind: str) -> Iterator[tuple[str, str]]:
    for one in command.get_params(ctx):
        record = one.get_help_record(ctx)
        if record is not None and one.param_type_name == kind:
            yield _TYPE.sub("", record[0]), record[1]
