"""Bytes become text: by the byte order mark, else as strict UTF-8, else by the encoding that was given."""

import codecs
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from charset_normalizer import from_bytes

from reading.delimited import marks
from reading.failure import AROUND, ReadingFailed
from reading.source import SourceFile

CHUNK = 1 << 21
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = re.compile(f"[\x00{''.join(marks.ALL)}]")

Open = Callable[[SourceFile], BinaryIO]


def open_plain(file: SourceFile) -> BinaryIO:
    """The bytes of a file that is not compressed."""
    return file.path.open("rb")


def encoding_of(head: bytes) -> str:
    """The encoding that the byte order mark says, else UTF-8."""
    return next((name for bom, name in _BOMS if head.startswith(bom)), "utf-8")


def mark_bytes(encoding: str) -> int:
    """Size of the byte order mark of a file whose encoding is known from it."""
    return {"utf-8-sig": 3, "utf-16": 2, "utf-32": 4}.get(encoding, 0)


def bytes_of(text: str, encoding: str) -> int:
    """Size of a text in bytes, without a byte order mark."""
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    return len(text.encode(plain, "replace"))


def decoder(encoding: str) -> codecs.IncrementalDecoder:
    """A strict decoder, which drops a byte order mark at the beginning.

    Raises:
        ReadingFailed: no encoding of text has this name.
    """
    try:
        info = codecs.lookup(encoding)
        text = info._is_text_encoding
    except LookupError:
        text = False
    if not text or info.name in ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf-7"):
        message = f"there is no encoding {encoding!r}: name one such as 'utf-8', 'utf-16', 'cp1252' or 'latin-1'"
        raise ReadingFailed("invalid_parse", message, option={"encoding": None})
    return codecs.getincrementaldecoder("utf-8-sig" if info.name == "utf-8" else encoding)()


class Decoded:
    """The text of a file, in chunks."""

    def __init__(self, file: SourceFile, encoding: str, open_bytes: Open = open_plain) -> None:
        self.file = file
        self.encoding = encoding
        self.bytes_done = 0
        self._open = open_bytes

    def open(self) -> BinaryIO:
        """The bytes."""
        return self._open(self.file)

    def chunks(self, size: int = CHUNK) -> Iterator[str]:
        """All text, in chunks of about `size` bytes.

        Raises:
            ReadingFailed: the bytes are not valid in this encoding.
        """
        state = decoder(self.encoding)
        self.bytes_done = 0
        line = 1
        with self.open() as stream:
            while data := stream.read(size):
                begins = self.bytes_done - len(state.getstate()[0])
                try:
                    text = state.decode(data)
                except UnicodeDecodeError as error:
                    raise self._undecodable(error, data, line) from None
                if "\x00" in text or (not text.isascii() and any(mark in text for mark in marks.ALL)):
                    self._refuse_foreign(text, line, begins)
                line += text.count("\n")
                self.bytes_done += len(data)
                yield text
        try:
            state.decode(b"", final=True)
        except UnicodeDecodeError as error:
            byte = self.bytes_done - len(error.object)
            message = f"the file ends in the middle of a character (line {line}, byte {byte}): it was cut off"
            raise ReadingFailed("data_error", message, file=self.file.name, line=line, byte=byte) from None

    def _undecodable(self, error: UnicodeDecodeError, data: bytes, line: int) -> ReadingFailed:
        whole = error.object  # begins with the bytes that were kept from the chunk before
        start = self.bytes_done + len(data) - len(whole) + error.start
        line += whole.count(b"\n", 0, error.start)
        likely = likely_encoding(whole)
        shown = whole[max(0, error.start - AROUND // 2) : error.start + AROUND // 2]
        message = f"byte {start} (line {line}) is not {self.encoding.upper().removesuffix('-SIG')}"
        cells = "', '".join(_foreign_words(whole.decode(likely, "replace")))
        message += f". In {likely} it would be '{cells}': if that is right, give `encoding`"
        return ReadingFailed(
            "data_error",
            message,
            file=self.file.name,
            line=line,
            byte=start,
            around=shown.decode(likely, "replace"),
            option={"encoding": likely},
        )

    def _refuse_foreign(self, text: str, line: int, begins: int) -> None:
        found = _FOREIGN.search(text)
        if not found:
            return
        line += text.count("\n", 0, found.start())
        around = text[max(0, found.start() - AROUND // 2) : found.start() + AROUND // 2]
        char = f"U+{ord(found[0]):04X}"
        message = f"line {line} has the character {char}, which text must not have"
        option: dict[str, str] | None = None
        if found[0] == "\x00" and self.encoding.startswith("utf-8") and text.count("\x00") > len(text) / 4:
            option = {"encoding": "utf-16-be" if text.startswith("\x00") else "utf-16-le"}
            message += f": it may be {option['encoding'].upper()}; if so, give `encoding`"
        mark = mark_bytes(self.encoding) if begins == 0 else 0
        byte = begins + mark + bytes_of(text[: found.start()], self.encoding)
        raise ReadingFailed(
            "data_error", message, file=self.file.name, line=line, byte=byte, around=around, option=option
        )


def likely_encoding(data: bytes) -> str:
    """The most likely encoding of bytes that are not UTF-8: a suggestion, never used without being asked."""
    if data.count(b"\0") > len(data) // 4:
        return "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
    lines = b"\n".join(line for line in data[: 1 << 20].split(b"\n") if not line.isascii())[: 1 << 14]
    if _decodes(lines, "cp1252") and _is_western(lines.decode("cp1252")):
        return "cp1252"
    best = from_bytes(lines).best()
    return best.encoding if best else "latin-1"


def _is_western(text: str) -> bool:
    """Whether most letters beyond ASCII stand beside one of ASCII, as umlauts and accents do."""
    foreign = [i for i, char in enumerate(text) if char > "\x7f"]
    beside = [i for i in foreign if re.search("[A-Za-z]", text[max(0, i - 1) : i + 2])]
    return 2 * len(beside) >= len(foreign) and all(char.isprintable() or char.isspace() for char in text)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_words(text: str) -> list[str]:
    """The first three cells or words with a character beyond ASCII."""
    words = dict.fromkeys(word.strip(" \"'") for word in re.split(r"[,;\t|\r\n]", text) if not word.isascii())
    return [word[:40] for word in words][:3]
