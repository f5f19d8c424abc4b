"""Marks that stand for characters of cells which would otherwise divide rows or cells.

They are noncharacters of Unicode, which text must not contain. A delimiter of several characters is replaced by one
mark, too, so that all that follows knows only one character.
"""

SEAM = "\ufdd0"
"""Separates texts that are joined to be processed together."""
DELIMITER = "\ufdd1"
"""A delimiter inside quotes; of a longer one, its first character, so that no delimiter begins inside quotes."""
LF = "\ufdd2"
CR = "\ufdd3"
BLANK = "\ufdd4"
TAB = "\ufdd5"
QUOTE = "\ufdd6"
EMPTY = "\ufdd7"
"""A quoted cell without text; unlike an empty line, it is a row."""
COMMENT = "\ufdd8"
"""A line that was a comment."""
LONG_DELIMITER = "\ufdd9"
"""A delimiter of several characters."""

ALL = (SEAM, DELIMITER, LF, CR, BLANK, TAB, QUOTE, EMPTY, COMMENT, LONG_DELIMITER)


def hide(text: str, delimiter: str) -> str:
    """The text with marks for its delimiters and line breaks."""
    if delimiter:
        text = text.replace(delimiter[0], DELIMITER)
    return text.replace("\n", LF).replace("\r", CR)


def restore(text: str, delimiter: str, quote: str) -> str:
    """The text without marks."""
    text = text.replace(DELIMITER, delimiter[:1]).replace(LF, "\n").replace(CR, "\r").replace(BLANK, " ")
    return text.replace(TAB, "\t").replace(QUOTE, quote).replace(EMPTY, "").replace(LONG_DELIMITER, delimiter)
