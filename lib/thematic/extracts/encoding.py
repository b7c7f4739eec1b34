"""Turns a file's bytes into UTF-8 bytes, once it is certain which encoding they are in."""

from __future__ import annotations

import codecs
import re

from thematic.core.errors import DataRefused

_BOM = codecs.BOM_UTF8
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_ABOVE_ASCII = re.compile(rb"[\x80-\xff]{2,}")
_CHUNK = 1 << 24
_SAVE = "Save it as UTF-8 (in Excel: 'CSV UTF-8')."


_NAMED_OTHERWISE = {
    b"\x1f\x8b": ("is compressed with gzip", "Name it {stem}.csv.gz."),
    b"PK\x03\x04": ("is an Excel workbook or a zip", "Save it as CSV (in Excel: 'CSV UTF-8'), or unpack it."),
    b"\xd0\xcf\x11\xe0": ("is an old Excel workbook", "Save it as CSV (in Excel: 'CSV UTF-8')."),
    b"PAR1": ("is Parquet", "Name it {stem}.parquet."),
}
"""What the first bytes of files that are no text say they are, and what to do about it."""


def refuse_other_formats(data: bytes, shown: str) -> None:
    """Raises DataRefused for a file that is no text at all, whatever its name says."""
    for start, (what, fix) in _NAMED_OTHERWISE.items():
        if data.startswith(start):
            raise DataRefused(f"{shown} {what}, not CSV. {fix.format(stem=shown.partition('.')[0])}")


def to_utf8(data: bytes, shown: str) -> tuple[bytes, str | None]:
    """The text as UTF-8 without its BOM (or several), and a note where it was cp1252.

    Raises DataRefused for bytes that are neither UTF-8 nor cp1252, or that mix the two.
    """
    if data.startswith(_WIDE):
        raise DataRefused(f"{shown} is UTF-16, which is not read. {_SAVE}")
    while data.startswith(_BOM):
        data = data.removeprefix(_BOM)
    wrong = _first_not_utf8(data)
    if wrong is None:
        return data, None
    line = data.count(b"\n", 0, wrong) + 1
    undefined = _NOT_CP1252.search(data)
    if undefined is not None:
        what = f"is neither UTF-8 (line {line}) nor cp1252 (byte 0x{undefined[0].hex()} on {_line(data, undefined)})"
        raise DataRefused(f"{shown} {what}. {_SAVE}")
    mixed = next((found for found in _ABOVE_ASCII.finditer(data) if _first_not_utf8(found[0]) is None), None)
    if mixed is not None:
        what = f"mixes encodings: {_line(data, mixed)} holds UTF-8, line {line} something else"
        raise DataRefused(f"{shown} {what}. {_SAVE}")
    return data.decode("cp1252").encode(), f"{shown} was read as cp1252: line {line} is not UTF-8."


def _first_not_utf8(data: bytes) -> int | None:
    """Where the first byte stands that cannot be UTF-8, or None."""
    if data.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    for start in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        end = start + _CHUNK
        try:
            decoder.decode(view[start:end], final=end >= len(data))
        except UnicodeDecodeError as error:
            return start - pending + error.start
    return None


def _line(data: bytes, found: re.Match[bytes]) -> str:
    return f"line {data.count(bytes([10]), 0, found.start()) + 1}"
