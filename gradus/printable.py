"""Text of others as it may be shown: what would command a terminal, or turn a line round, is written out."""

import re

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Control characters, C0 with escape and line ends, DEL and C1; separators of lines and paragraphs; what turns,
overrides or isolates the direction of writing; marks that nobody sees. Not the joiners, which scripts and emoji need.
The dashboard's `visible.js` has the same; `tests/unprintable.json` holds both."""
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    r"""The text in one line without commands: an escape is `\x1b`, a line end `\n`, an override `\u202e`."""
    return UNPRINTABLE.sub(lambda found: _written_out(found[0]), text)


def _written_out(letter: str) -> str:
    code = ord(letter)
    return _NAMED.get(letter) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
