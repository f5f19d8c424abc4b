"""What the folders of an archive say about its pictures: the part and the label."""

from collections.abc import Mapping
from dataclasses import dataclass

from gradus.facts import Part

_PARTS: dict[str, Part] = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True)
class Place:
    """What the folders say about a picture."""

    part: Part | None
    label: str | None


def places(names: Mapping[int, str]) -> dict[int, Place]:
    """For each picture, by its name `pets/train/cat/1.png`, the part and the label.

    The label is the first folder below the folder of the part, or, if there are no parts, below the folders that all
    pictures share. If all pictures share even the last folder, then that is their label.
    """
    folders = {i: name.split("/")[:-1] for i, name in names.items()}
    shared = _shared(list(folders.values()))
    in_parts = {i: _PARTS.get(path[shared].lower()) if len(path) > shared else None for i, path in folders.items()}
    # `train` and `other` side by side are two classes: folders are parts only if all of them are.
    if not all(in_parts.values()):
        common = next(iter(folders.values()))[:shared]
        alone = next((_PARTS[folder.lower()] for folder in common if folder.lower() in _PARTS), None)
        return {i: Place(alone, _label(path, shared)) for i, path in folders.items()}
    below = {i: path[shared + 1 :] for i, path in folders.items()}
    again = _shared(list(below.values()))
    again -= bool(again) and all(len(path) == again for path in below.values())
    return {i: Place(in_parts[i], path[again] if len(path) > again else None) for i, path in below.items()}


def _label(path: list[str], shared: int) -> str | None:
    if len(path) > shared:
        return path[shared]
    return path[-1] if path and path[-1].lower() not in _PARTS else None


def _shared(paths: list[list[str]]) -> int:
    """How many leading folders all paths have in common."""
    least, largest = min(paths), max(paths)  # all others are between them
    count = 0
    while count < min(len(least), len(largest)) and least[count] == largest[count]:
        count += 1
    return count
