"""The repository contains only our own code; other code comes in packages."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = frozenset({".py", ".pyi", ".js", ".mjs", ".ts", ".css", ".html", ".sh", ".mako"})
PICTURES = frozenset({".png"})
LONGEST = 200
"""The largest number of characters in a line. Our lines have at most 120, except for sentences of pages; those of
minified files have thousands."""
FOLDERS = frozenset(
    {"vendor", "vendored", "third_party", "third-party", "node_modules", "bower_components", "site-packages"}
)
LICENSED = re.compile(
    r"copyright\s*(?:\(c\)|©|\d{4})|SPDX-License-Identifier|@licen[sc]e\b|@preserve\b|licensed under"
    r"|all rights reserved|permission is hereby granted|redistribution and use in source"
    r"|apache license|sourceMappingURL=",
    re.IGNORECASE,
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def faults(file: Path, text: str) -> list[str]:
    """Signs that a file may not be our own."""
    found = []
    if FOLDERS & set(file.parts) or ".min." in file.name:
        found.append("stands where others' code does")
    if match := LICENSED.search(text):
        found.append(f"is licensed: {match[0]!r}")
    if file.suffix in CODE and (longest := max(map(len, text.splitlines()), default=0)) > LONGEST:
        found.append(f"has a line of {longest} characters")
    return found


def test_every_tracked_file_is_ours() -> None:
    files = tracked()
    if not files:
        pytest.skip("not a checkout of git")
    found = {}
    for file in files:
        if file == Path(__file__) or file.suffix in PICTURES or not file.exists():
            continue
        if wrong := faults(file.relative_to(ROOT), file.read_text(encoding="utf-8")):
            found[str(file.relative_to(ROOT))] = wrong
    assert found == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("api/pages/vendor/lit-html/lit-html.js", "export const a = 1;\n"),
        ("api/pages/dashboard/lit.js", "/**\n * @license\n * Copyright 2017 Google LLC\n */\n"),
        ("api/pages/dashboard/d3.js", f"!function(){{{'a();' * 100}}}();\n"),
        ("api/pages/dashboard/d3.min.js", ""),
        ("hub/borrowed.py", "# Copyright (c) 2024 Somebody\n"),
        ("hub/borrowed.py", "# SPDX-License-Identifier: MIT\n"),
        ("LICENSE.txt", "Permission is hereby granted, free of charge, to any person\n"),
    ],
)
def test_the_search_finds_what_is_not(name: str, text: str) -> None:
    assert faults(Path(name), text) != []
