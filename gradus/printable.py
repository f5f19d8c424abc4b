"""Escapes characters of untrusted text that could control a terminal or reverse the writing direction."""

import re

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
"""Control characters (C0, including escape and line ends, DEL and C1), line and paragraph separators, bidirectional
controls and invisible marks. Not the joiners, which scripts and emoji need. The dashboard's `visible.js` has the same
set; `tests/unprintable.json` tests both."""
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}


def printable(text: str) -> str:
    r"""The text in one line, with special characters escaped: `\x1b`, `\n`, `\u202e`."""
    return UNPRINTABLE.sub(lambda found: _escaped(found[0]), text)


def _escaped(letter: str) -> str:
    code = ord(letter)
    return _NAMED.get(letter) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
