"""The docstrings of an enumeration's members, read from the source because Python does not keep them."""

import ast
import inspect
from enum import StrEnum
from itertools import pairwise


def meanings(enumeration: type[StrEnum]) -> dict[str, str]:
    """The docstrings of the members that have one, by the member's value."""
    (body,) = ast.parse(inspect.getsource(enumeration)).body
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for statement, following in pairwise(body.body):
        match statement, following:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                found[enumeration[name].value] = " ".join(text.split())
    return found
