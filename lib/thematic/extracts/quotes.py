"""Turns CSV text into the quotation marks that open and close its fields, and the end of its last whole row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

QUOTE, NEWLINE, RETURN = ord('"'), ord("\n"), ord("\r")
_CHUNK = 1 << 24
_NOWHERE = np.empty(0, np.int64)


@dataclass(frozen=True)
class Quotes:
    """The marks that open and close fields, by turns (None where all do), and the `misplaced` ones: each opens a field
    that is not closed where it ought to be, and spoils its physical line alone."""

    marks: Places | None
    misplaced: Places

    def inside(self, text: Bytes, places: Places) -> Mask:
        """Whether each place is between an opening and a closing mark."""
        inside = np.zeros(len(places), np.bool_)
        if not len(places) or (self.marks is not None and not len(self.marks)):
            return inside
        for stretch, marks, parity in self.stretches(text):
            first, last = np.searchsorted(places, [stretch.start, stretch.stop])
            inside[first:last] = (np.searchsorted(marks, places[first:last]) + parity) % 2 == 1
        return inside

    def stretches(self, text: Bytes) -> Iterator[tuple[slice, Places, int]]:
        """The text a stretch at a time: its bytes, the marks in it, and whether it begins inside a field (1)."""
        before = 0
        for at in range(0, len(text), _CHUNK):
            if self.marks is None:
                marks = np.flatnonzero(text[at : at + _CHUNK] == QUOTE) + at
            else:
                marks = self.marks[slice(*np.searchsorted(self.marks, [at, at + _CHUNK]))]
            yield slice(at, at + _CHUNK), marks, before % 2
            before += len(marks)


ALL = Quotes(None, _NOWHERE)
NONE = Quotes(_NOWHERE, _NOWHERE)


@dataclass(frozen=True)
class Whole:
    """The first `end` bytes of a text are whole rows, whatever follows, with these `quotes`; `unclosed` is the place of
    a mark that opens a field which the text does not close, if any."""

    end: int
    quotes: Quotes
    unclosed: int | None = None


def positions(text: Bytes, byte: int) -> Places:
    """Where the byte is, in order."""
    found = [np.flatnonzero(text[at : at + _CHUNK] == byte) + at for at in range(0, len(text), _CHUNK)]
    return np.concatenate(found) if found else _NOWHERE


def find_quotes(data: bytes, separator: str) -> Quotes:
    """The quotation marks of a text that is whole."""
    if b'"' not in data:
        return NONE
    if _well_quoted(np.frombuffer(data, np.uint8), ord(separator)):
        return ALL
    return _walk(data, separator.encode())[0]


def find_whole(data: bytes, separator: str, never: Collection[int]) -> Whole:
    """The whole rows of a text that goes on. The marks at the places of `never` are not closed by what follows."""
    if b'"' not in data:
        return Whole(data.rfind(b"\n") + 1, NONE)
    text = np.frombuffer(data, np.uint8)
    breaks = positions(text, NEWLINE)
    end = _last(breaks[~ALL.inside(text, breaks)])
    if end and _well_quoted(text[:end], ord(separator)):
        return Whole(end, ALL)
    quotes, unclosed = _walk(data, separator.encode(), never)
    breaks = breaks[~quotes.inside(text, breaks)]
    end = _last(breaks if unclosed is None else breaks[breaks < unclosed])
    marks = _NOWHERE if quotes.marks is None else quotes.marks
    return Whole(end, Quotes(marks[marks < end], quotes.misplaced[quotes.misplaced < end]), unclosed)


def closes(following: Iterable[bytes], held: bytes, separator: str) -> bool:
    """Whether a field is closed where it may be, of which `held` is known (after its opening mark) and this follows."""
    marks = held[len(held.rstrip(b'"')) :]
    for chunk in following:
        data = marks + chunk
        marks = data[len(data.rstrip(b'"')) :]
        left = data[: len(data) - len(marks)].replace(b'""', b"")
        place = left.find(b'"')
        if place >= 0:
            return left[place + 1 : place + 2] in (separator.encode(), b"\n", b"\r")
    return len(marks) % 2 == 1


def _last(ends: Places) -> int:
    return int(ends[-1]) + 1 if len(ends) else 0


def _neighbours(*allowed: int) -> Mask:
    table = np.zeros(256, np.bool_)
    table[list(allowed)] = True
    return table


def _well_quoted(text: Bytes, separator: int) -> bool:
    """Whether all quotation marks open or close a field, or are doubled inside one."""
    before, after = _neighbours(separator, NEWLINE, QUOTE), _neighbours(separator, NEWLINE, RETURN, QUOTE)
    total = 0
    for _, marks, parity in ALL.stretches(text):
        opening, closing = marks[parity::2], marks[1 - parity :: 2]
        opening = opening[1:] if len(opening) and opening[0] == 0 else opening
        closing = closing[:-1] if len(closing) and closing[-1] == len(text) - 1 else closing
        if not (before[text[opening - 1]].all() and after[text[closing + 1]].all()):
            return False
        total += len(marks)
    return total % 2 == 0


def _walk(data: bytes, separator: bytes, never: Collection[int] | None = None) -> tuple[Quotes, int | None]:
    """For a text with marks out of place, one mark after the other: its quotes.

    A mark inside a field that began without one is a plain character. After a misplaced one the next line begins
    afresh. Of a text that goes on (`never` is given, see `find_whole`) it ends at a field that is not closed yet: its
    opening mark comes second.
    """
    marks: list[int] = []
    misplaced: list[int] = []
    unclosed: int | None = None
    opener, quote = -1, data.find(b'"')
    while quote >= 0 or opener >= 0:
        following = data[quote + 1 : quote + 2]
        if opener < 0:
            if quote == 0 or data[quote - 1 : quote] in (separator, b"\n"):
                opener = quote
        elif never is not None and opener not in never and (quote < 0 or not following):
            unclosed = opener
            break
        elif quote >= 0 and following == b'"':
            quote += 1
        elif quote >= 0 and (following in (separator, b"\n", b"\r") or (not following and never is None)):
            marks += [opener, quote]
            opener = -1
        else:
            misplaced.append(opener)
            quote = data.find(b"\n", opener)
            opener = -1
            if quote < 0:
                break
        quote = data.find(b'"', quote + 1) if quote >= 0 else -1
    return Quotes(np.array(marks, np.int64), np.array(misplaced, np.int64)), unclosed
