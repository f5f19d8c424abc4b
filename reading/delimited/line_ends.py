"""Line ends in text, also between and inside quotes."""

from reading.delimited import marks

LINE_ENDS = ("\n", "\r", "\r\n")


def line_breaks(row: str) -> int:
    """The number of line breaks inside the cells of a row, where marks stand for them."""
    return row.count(marks.LF) + row.count(marks.CR) - row.count(marks.CR + marks.LF)


def plain_line_ends(text: str) -> str:
    """The text with LF alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def last_line_end(text: str) -> int:
    """The position after the last line end. A CR at the very end does not count, because an LF may follow."""
    return max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1


def last_outer_lf(text: str, quote: str) -> int:
    """The position after the last LF outside of quotes, if it is one of the last few LFs."""
    quotes, end = text.count(quote), len(text)
    for _ in range(20):
        found = text.rfind("\n", 0, end)
        quotes -= text.count(quote, found + 1, end)
        if found < 0 or quotes % 2 == 0:
            return found + 1
        end = found
    return 0


def last_outer_line_end(parts: list[str], length: int) -> int:
    """The position after the last line end outside of quotes. `parts` is the text split at its quotes: parts at even
    positions are outside."""
    end = length
    for i in range(len(parts) - 1, -1, -1):
        end -= len(parts[i])
        if i % 2 == 0 and (found := last_line_end(parts[i])):
            return end + found
        end -= 1
    return 0
