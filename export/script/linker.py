"""A linker for source code: it takes definitions out of modules as text, with everything that they need.

A definition is a function, class or constant at the top level of a module. It may use other definitions of its module
and names imported from other modules. Definitions of our own modules are taken as well; for other modules, the imports
are taken.
"""

import ast
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

PIECES = (
    "data",
    "built_in",
    "tables",
    "targets",
    "splits",
    "encodings",
    "encoded",
    "draws",
    "initial",
    "products",
    "layers",
    "losses",
    "optimizers",
    "storage",
    "training",
    "movement",
    "augment",
)
"""The modules of pieces, in the order in which a file contains them."""
OURS = ("export", "preprocessing", "gradus")
_REMARKS = re.compile(r"  # (?:noqa|type: ignore).*$", re.MULTILINE)


@dataclass(frozen=True)
class Definition:
    """A definition, and the names that it uses."""

    name: str
    module: str
    line: int
    source: str
    uses: frozenset[str]

    @property
    def is_constant(self) -> bool:
        """Whether it is a constant, such as a number or a text."""
        return self.name.isupper()


@dataclass(frozen=True)
class Import:
    """The origin of an imported name; `name` is empty if the module itself is imported."""

    module: str
    name: str


@dataclass(frozen=True)
class Module:
    """The definitions and imports at the top level of a module, by name."""

    defined: dict[str, Definition]
    imported: dict[str, Import]


@dataclass(frozen=True)
class Linked:
    """Definitions, those of one of our modules next to each other, and the imports that they need."""

    definitions: tuple[Definition, ...]
    imports: frozenset[Import]


def link(roots: Iterable[tuple[str, str]], given: Collection[str], have: Collection[str] = ()) -> Linked:
    """The roots, each (module, name), with everything that they need. Names that are `given`, or that the file already
    has, are left out."""
    found: dict[str, Definition] = {}
    imports: set[Import] = set()
    waiting = list(roots)
    while waiting:
        module, name = waiting.pop()
        if name in given:
            continue
        parsed = read(module)
        if name in parsed.imported:
            source = parsed.imported[name]
            if source.module.partition(".")[0] in OURS:
                waiting.append((source.module, source.name))
            else:
                imports.add(source)
            continue
        definition = parsed.defined[name]
        known = found.setdefault(name, definition)
        assert known == definition, f"{name} is defined in {known.module} and in {module}"
        if known is definition and not any(name == one for one in have):
            waiting += [(module, use) for use in definition.uses if _is_new(module, use, found)]
    left = [one for name, one in found.items() if name not in have]
    return Linked(tuple(_ordered(left)), frozenset(imports))


def _is_new(module: str, name: str, found: dict[str, Definition]) -> bool:
    own = read(module).defined.get(name)
    return own is None or found.get(name) != own


def _ordered(definitions: list[Definition]) -> list[Definition]:
    """The definitions in the order of the file. Constants that use no function or class come first, because they are
    computed while the file is loaded; the others are sorted by module and line."""
    names = {one.name for one in definitions if not one.is_constant}
    return sorted(
        definitions, key=lambda one: (not one.is_constant or bool(one.uses & names), _place(one.module), one.line)
    )


def _place(module: str) -> tuple[int, str]:
    """Sort key of a module: other modules of ours come first, then the pieces in their order."""
    name = module.rpartition(".")[2]
    return (PIECES.index(name) if module.startswith("export.script.pieces") and name in PIECES else -1), module


@cache
def read(module: str) -> Module:
    """The definitions and imports at the top level of a module."""
    spec = find_spec(module)
    assert spec is not None, module
    assert spec.origin is not None, module
    text = Path(spec.origin).read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = dict(one for node in tree.body for one in _imports(node))
    nodes = {name: (node, after) for node, after in _with_next(tree.body) if (name := _name(node))}
    names = {*imported, *nodes}
    defined = {
        name: Definition(name, module, node.lineno, _source(text, node, after), frozenset(_used(node) & names - {name}))
        for name, (node, after) in nodes.items()
    }
    return Module(defined, imported)


def _imports(node: ast.stmt) -> Iterable[tuple[str, Import]]:
    if isinstance(node, ast.ImportFrom):
        assert node.module is not None
        assert all(one.asname is None for one in node.names), f"{node.module} is imported under another name"
        return [(one.name, Import(node.module, one.name)) for one in node.names]
    if isinstance(node, ast.Import):
        return [(one.asname or one.name, Import(one.name, "")) for one in node.names]
    return []


def _with_next(body: list[ast.stmt]) -> Iterable[tuple[ast.stmt, ast.stmt | None]]:
    return zip(body, [*body[1:], None], strict=True)


def _name(node: ast.stmt) -> str | None:
    match node:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None


def _used(node: ast.stmt) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _source(text: str, node: ast.stmt, after: ast.stmt | None) -> str:
    """The source of a definition: with its decorators or, for a constant, with the docstring after it."""
    lines = text.splitlines()
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
    first = min([node.lineno, *(one.lineno for one in decorators)])
    last = node.end_lineno
    is_constant = isinstance(node, ast.Assign | ast.AnnAssign)
    match after:
        case ast.Expr(value=ast.Constant(value=str())) if is_constant:
            last = after.end_lineno
        case _:
            pass
    return _REMARKS.sub("", "\n".join(lines[first - 1 : last]))


def import_lines(imports: Iterable[Import]) -> list[str]:
    """Import statements, sorted as ruff sorts them, but without its groups."""
    by_module: dict[str, set[str]] = {}
    for one in imports:
        by_module.setdefault(one.module, set()).add(one.name)
    plain = [f"import {name}{_ALIASES.get(name, '')}" for name, names in sorted(by_module.items()) if "" in names]
    named = [
        f"from {name} import {', '.join(sorted(names - {''}))}"
        for name, names in sorted(by_module.items())
        if names - {""}
    ]
    return plain + named


_ALIASES = {"numpy": " as np"}
