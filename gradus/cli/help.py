"""The help of one command, without what says nothing: types of texts, and brackets around what is required."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

SETTINGS: Mapping[str, Any] = {"help_option_names": ["-h", "--help"]}
_TYPE = re.compile(r" <[^|]*>$")
"""Of an argument. Choices stay: they are what can be written."""


class Command(TyperCommand):
    """A command with such a help."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuses an option that takes one value and is given several: all but the last would be lost."""
        if not ctx.resilient_parsing:
            _, _, given = self.make_parser(ctx).parse_args(args=list(args))
            for option, times in Counter(filter(_takes_one, given)).items():
                if times > 1:
                    ctx.fail(f"{option.opts[0]} is given {times} times: it takes one value")
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """`ID...` for one or more, `[ID]...` for any number."""
        return [piece.replace("{", "").replace("}", "") for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, then options."""
        for title, found in records(self, ctx).items():
            with formatter.section(title):
                formatter.write_dl(found)


def _takes_one(given: Any) -> bool:
    """A switch said again says the same, unless it has an opposite."""
    option = given.param_type_name == "option" and not given.multiple
    return option and (not given.is_flag or bool(given.secondary_opts))


def records(command: Any, ctx: Any) -> Mapping[str, Sequence[tuple[str, str]]]:
    """What is written and what it means, of arguments and of options, where there are any."""
    found = {"Arguments": list(_records(command, ctx, "argument")), "Options": list(_records(command, ctx, "option"))}
    return {title: entries for title, entries in found.items() if entries}


def plain(**settings: Any) -> typer.Typer:
    """A part of the program without opinions of its own on colours, tracebacks and completion."""
    return typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=dict(SETTINGS),
        **settings,
    )


def _records(command: Any, ctx: Any, kind: str) -> Iterator[tuple[str, str]]:
    for one in command.get_params(ctx):
        record = one.get_help_record(ctx)
        if record is not None and one.param_type_name == kind:
            yield _TYPE.sub("", record[0]), record[1]
