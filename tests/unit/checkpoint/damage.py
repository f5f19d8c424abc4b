"""What may happen to a file of a checkpoint."""

from pathlib import Path


def cut_off(file: Path) -> None:
    """Its second half is gone."""
    with file.open("r+b") as opened:
        opened.truncate(file.stat().st_size // 2)


def flip_a_bit(file: Path) -> None:
    """One in its middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
