"""Rules of the architecture that can be tested: imports go downward, and the public names are imported only when they
are used.
"""

import subprocess
import sys
from pathlib import Path

import pytest

import gradus

ROOT = Path(gradus.__file__).parent.parent


def test_imports_run_downward() -> None:
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_public_face_is_sorted_whole_and_there() -> None:
    assert list(gradus.__all__) == sorted(gradus.__all__, key=lambda name: (not name.isupper(), name))
    assert all(hasattr(gradus, name) for name in gradus.__all__)
    words = {name for name in vars(gradus) if name[0].isupper()}
    assert words == set(gradus.__all__)
    assert words <= set(dir(gradus))


def test_the_public_face_is_imported_only_when_it_is_asked_for() -> None:
    script = "import sys, gradus; print('pydantic' in sys.modules, gradus.Adam.__name__, 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "Adam", "True"]


@pytest.mark.parametrize(
    ("names", "absent"),
    [
        ("Client, AsyncClient, Experiment, Sweep, Comparison, Spec", {"httpx", "asyncio", "pandas", "plotly", "rich"}),
        ("Client as c; c('http://127.0.0.1:1').close()", {"asyncio", "pandas", "plotly"}),
    ],
)
def test_the_client_brings_what_it_uses_and_only_when_it_is_used(names: str, absent: set[str]) -> None:
    script = f"import sys; from gradus import {names}; print(sorted({absent!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_language_is_light() -> None:
    heavy = {"torch", "numpy", "sqlalchemy", "celery", "fastapi", "redis"}
    script = f"import sys, gradus, gradus.client.client, gradus.cli.main; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
