"""Docstrings of fields as descriptions in JSON Schemas.

Pydantic's own `use_attribute_docstrings` reads the source of every model when it is imported, which took a third of the
time that `import gradus.client` takes. Here the source is read when somebody asks for a schema.
"""

import ast
import sys
from collections.abc import Iterator
from functools import cache
from inspect import cleandoc, getsource
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A model whose fields are described by the docstrings below them."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = handler(core_schema)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in descriptions(cls).items():
            key = cls.model_fields[name].alias or name
            if key in properties:
                properties[key].setdefault("description", text)
        return schema


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """What is said of the model's fields, by their names: in `Field`, or else below the field."""
    texts: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel):
            texts |= _of_module(base.__module__).get(base.__qualname__, {})
    fields = model.model_fields.items()
    return {name: text for name, field in fields if (text := field.description or texts.get(name))}


@cache
def _of_module(name: str) -> dict[str, dict[str, str]]:
    """The docstrings of fields, by the qualified names of the module's classes."""
    try:
        source = getsource(sys.modules[name])
    except (KeyError, OSError, TypeError):  # it was typed into an interpreter
        return {}
    return dict(_of_classes(ast.parse(source), ""))


def _of_classes(node: ast.AST, prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.ClassDef):
            yield f"{prefix}{inner.name}", dict(_of_fields(inner))
            yield from _of_classes(inner, f"{prefix}{inner.name}.")
        elif isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_classes(inner, f"{prefix}{inner.name}.<locals>.")
        else:
            yield from _of_classes(inner, prefix)


def _of_fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in pairwise(node.body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, cleandoc(text)
