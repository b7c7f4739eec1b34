"""Turns a file's bytes into UTF-8 bytes, once it is certain which encoding they are in."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from thematic.core.errors import DataRefused

Open = Callable[[], BinaryIO]
"""Opens a file's bytes at their beginning."""

BOM = codecs.BOM_UTF8
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ABOVE_ASCII = re.compile(rb"[\x80-\xff]{2,}")
_ENDS_ABOVE_ASCII = re.compile(rb"[\x80-\xff]*\Z")
_CHUNK = 1 << 24
_SAVE = "Save it as UTF-8 (in Excel: 'CSV UTF-8')."


_NAMED_OTHERWISE = {
    b"\x1f\x8b": ("is compressed with gzip", "Name it {stem}.csv.gz."),
    b"PK\x03\x04": ("is an Excel workbook or a zip", "Save it as CSV (in Excel: 'CSV UTF-8'), or unpack it."),
    b"\xd0\xcf\x11\xe0": ("is an old Excel workbook", "Save it as CSV (in Excel: 'CSV UTF-8')."),
    b"PAR1": ("is Parquet", "Name it {stem}.parquet."),
}
"""What the first bytes of files that are no text say they are, and what to do about it."""


@dataclass(frozen=True)
class Text:
    """A file of text: how it is opened, and how its bytes become UTF-8 with LF or CR LF at the ends of lines.

    `note` says that it is cp1252; `skipped` bytes at its beginning are byte order marks; `returns` says that its lines
    end with a carriage return alone. `is_empty`: nothing but spaces and line ends.
    """

    open: Open
    skipped: int = 0
    note: str | None = None
    returns: bool = False
    is_empty: bool = False

    def utf8(self, data: bytes) -> bytes:
        """Bytes of the file as UTF-8; of a file in UTF-8 they may end within a character."""
        if self.note is not None:
            data = data.decode("cp1252").encode()
        return data.replace(b"\r", b"\n") if self.returns else data


class Stream:
    """The bytes of a text from a place in its file on, as UTF-8. `at` is the place in the file that is reached."""

    def __init__(self, text: Text, at: int | None = None) -> None:
        self.at = text.skipped if at is None else at
        self._text, self._file = text, text.open()
        self._file.seek(self.at)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        """So many bytes of the file, fewer where it ends."""
        data = _read(self._file, size)
        self.at += len(data)
        return self._text.utf8(data)


def known_text(open_file: Open, shown: str) -> Text:
    """The text of a file, which is read to its end to know its encoding.

    Raises DataRefused for a file that is no text at all, whatever its name says, for bytes that are neither UTF-8 nor
    cp1252, and for those that mix the two.
    """
    found = _survey(open_file)
    for start, (what, fix) in _NAMED_OTHERWISE.items():
        if found.start.startswith(start):
            advice = fix.format(stem=shown.partition(".")[0])
            if advice == f"Name it {shown}.":
                raise DataRefused(f"{shown} {what} twice. Unpack it once.")
            raise DataRefused(f"{shown} {what}, not CSV. {advice}")
    if found.is_empty:
        return Text(open_file, is_empty=True)
    if found.start.startswith(_WIDE):
        raise DataRefused(f"{shown} is UTF-16, which is not read. {_SAVE}")
    note = None if found.wrong is None else _as_cp1252(open_file, found.skipped, found.wrong, shown)
    return Text(open_file, found.skipped, note, found.returns)


def to_utf8(data: bytes, shown: str) -> bytes:
    """The text as UTF-8 without its byte order marks. Raises DataRefused as `known_text` does."""
    text = known_text(lambda: io.BytesIO(data), shown)
    return text.utf8(data[text.skipped :])


@dataclass(frozen=True)
class _Survey:
    """What a file's bytes look like: their `start`, how many of them are `skipped`, whether there is nothing in them or
    carriage returns alone end the lines, and the line of the first byte that cannot be UTF-8, if any."""

    start: bytes
    skipped: int
    is_empty: bool
    returns: bool
    wrong: int | None


def _survey(open_file: Open) -> _Survey:
    decoder = codecs.getincrementaldecoder("utf-8")()
    start, skipped, lines, has_return, is_empty = b"", 0, 0, False, True
    wrong: int | None = None
    for chunk in _chunks(open_file, 0):
        data = chunk
        if not start:
            start = chunk[:8]
            while data.startswith(BOM):
                data, skipped = data[len(BOM) :], skipped + len(BOM)
        is_empty = is_empty and not chunk.strip()
        has_return = has_return or b"\r" in data
        if wrong is None:
            bad = _first_wrong(decoder, data)
            wrong = None if bad is None else lines + data.count(b"\n", 0, bad) + 1
        lines += data.count(b"\n")
    if wrong is None and decoder.getstate()[0]:
        wrong = lines + 1
    return _Survey(start, skipped, is_empty, has_return and not lines, wrong)


def _first_wrong(decoder: codecs.IncrementalDecoder, data: bytes) -> int | None:
    """Where the first byte stands that cannot be UTF-8 after what the decoder was given before, or None."""
    pending = len(decoder.getstate()[0])
    if not pending and data.isascii():
        return None
    try:
        decoder.decode(data)
    except UnicodeDecodeError as error:
        return max(0, error.start - pending)
    return None


def _as_cp1252(open_file: Open, skipped: int, line: int, shown: str) -> str:
    """The note that a file was read as cp1252, for its line is no UTF-8. Raises DataRefused where it is neither."""
    undefined, mixed, lines, tail = None, None, 1, b""
    for chunk in _chunks(open_file, skipped):
        data = tail + chunk
        if (found := _NOT_CP1252.search(data)) is not None:
            undefined = found[0], lines + data.count(b"\n", 0, found.start())
            break
        ends = _ENDS_ABOVE_ASCII.search(data)
        tail = b"" if ends is None else ends[0]
        data = data[: len(data) - len(tail)]
        mixed = _mixed(data, lines) if mixed is None else mixed
        lines += data.count(b"\n")
    if undefined is not None:
        what = f"is neither UTF-8 (line {line}) nor cp1252 (byte 0x{undefined[0].hex()} on line {undefined[1]})"
        raise DataRefused(f"{shown} {what}. {_SAVE}")
    mixed = _mixed(tail, lines) if mixed is None else mixed
    if mixed is not None:
        raise DataRefused(f"{shown} mixes encodings: line {mixed} holds UTF-8, line {line} something else. {_SAVE}")
    return f"{shown} was read as cp1252: line {line} is not UTF-8."


def _mixed(data: bytes, lines: int) -> int | None:
    """The first line with characters above ASCII that can be UTF-8, or None."""
    for found in _ABOVE_ASCII.finditer(data):
        try:
            found[0].decode()
        except UnicodeDecodeError:
            continue
        return lines + data.count(b"\n", 0, found.start())
    return None


def _chunks(open_file: Open, at: int) -> Iterator[bytes]:
    with open_file() as stream:
        stream.seek(at)
        while chunk := _read(stream, _CHUNK):
            yield chunk


def _read(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, fewer where the file ends."""
    data = stream.read(size)
    while data and len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data
