"""Turns a file of CSV text into pieces of it that hold whole rows, so that no more than one is in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from thematic.extracts.encoding import Stream, Text
from thematic.extracts.quotes import Quotes, Whole, closes, find_quotes, find_whole

SIZE = 1 << 25
"""Bytes of a file that are read at a time."""


@dataclass(frozen=True)
class Piece:
    """Some rows of a file in UTF-8: `lines` is the number of physical lines before them."""

    data: bytes
    lines: int
    quotes: Quotes


def pieces(text: Text, separator: str, size: int | None = None) -> Iterator[Piece]:
    """The text, some `size` bytes of its file at a time (SIZE if not given); more where one row is longer.

    Pieces end where rows end: never inside a quoted field, between CR and LF or within a character, and what is a row
    in the whole text is one in its piece.
    """
    held, lines, last = b"", 0, False
    size = size or SIZE
    with Stream(text) as stream:
        known: dict[int, bool] = {}
        while not last:
            wanted = max(size, len(held))
            read = stream.at
            held += stream.read(wanted)
            last = stream.at - read < wanted
            whole = (
                Whole(len(held), find_quotes(held, separator)) if last else _whole(held, text, stream, separator, known)
            )
            if whole.end:
                yield Piece(held[: whole.end], lines, whole.quotes)
                lines += held.count(b"\n", 0, whole.end)
                held, known = held[whole.end :], {}


def _whole(held: bytes, text: Text, stream: Stream, separator: str, known: dict[int, bool]) -> Whole:
    """The whole rows of what is held. Where a field that is not closed may keep all of it from being any, the rest of
    the file says whether it ever is: `known` has the answers by the place of its opening mark."""
    while True:
        found = find_whole(held, separator, [place for place, is_closed in known.items() if not is_closed])
        place = found.unclosed
        if found.end or place is None or known.get(place, False):
            return found
        known[place] = closes(_rest(text, stream.at), held[place + 1 :], separator)


def _rest(text: Text, at: int) -> Iterator[bytes]:
    with Stream(text, at) as stream:
        while chunk := stream.read(SIZE):
            yield chunk
