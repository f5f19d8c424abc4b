"""The promises of the architecture that a tool can keep: imports run downward, the public face is what it is."""

import subprocess
import sys
from pathlib import Path

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


def test_the_language_is_light() -> None:
    heavy = {"torch", "numpy", "sqlalchemy", "celery", "fastapi", "redis"}
    script = f"import sys, gradus, gradus.client.client, gradus.cli.main; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
