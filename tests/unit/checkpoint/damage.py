"""Kinds of damage to a file of a checkpoint."""

from pathlib import Path


def cut_off(file: Path) -> None:
    """Remove the second half of the file."""
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def flip_a_bit(file: Path) -> None:
    """Change one bit in the middle of the file."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
