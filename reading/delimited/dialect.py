"""How text is divided into rows and cells."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """A dialect of delimited text. An empty string means that the dialect does not have this character."""

    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    keep_bare_quotes: bool = False
    comment: str = ""
    trim: bool = True

    @property
    def blanks(self) -> str:
        """The characters that are trimmed."""
        return "".join(blank for blank in " \t" if blank != self.delimiter) if self.trim else ""
