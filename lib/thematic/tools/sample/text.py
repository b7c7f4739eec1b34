"""Turns columns of whole numbers into columns of text, and tables of text into the bytes of a CSV file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from thematic.tools.sample.draws import Flags, Ints
from thematic.tools.sample.timeline import NEVER

_ODD = np.int64(2654435761)
"""Odd, so that multiplying by it modulo 2^32 gives every number another one: pseudonyms do not count upwards."""


def words(choice: Sequence[str], index: Ints) -> pa.Array:
    """The words that the indices stand for."""
    return pa.array(list(choice), pa.string()).take(pa.array(index))


def yes_no(flags: Flags | Ints) -> pa.Array:
    return words(["N", "Y"], np.asarray(flags, dtype=np.int64))


def digits(numbers: Ints, width: int = 0) -> pa.Array:
    """Whole numbers, with leading zeros to a width."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width=width, padding="0")


def dates(days: Ints) -> pa.Array:
    """ISO dates of days since 1970-01-01; blank for NEVER."""
    never = days >= NEVER
    return blanked(pc.cast(pa.array(np.where(never, 0, days).astype(np.int32), pa.date32()), pa.string()), never)


def blanked(column: pa.Array, where: Flags) -> pa.Array:
    return pc.if_else(pa.array(where), "", column)


def references(letter: str, days: Ints) -> pa.Array:
    """A letter, the year, and a number that counts upwards within it; `days` must rise."""
    years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    firsts = np.searchsorted(years, years, side="left")
    return pc.binary_join_element_wise(letter, digits(years), digits(np.arange(1, len(days) + 1) - firsts, 6), "")


def pseudonyms(letter: str, numbers: Ints) -> pa.Array:
    """A letter and ten digits, another for each number below 2^32."""
    return pc.binary_join_element_wise(letter, digits((numbers * _ODD + _ODD // 3) % 2**32, 10), "")


def csv_bytes(table: Mapping[str, pa.Array]) -> bytes:
    """UTF-8 with `\\n` line ends; a field is quoted where it holds a comma or a quote."""
    lines = pc.binary_join_element_wise(*(_quoted(column) for column in table.values()), ",")
    return "\n".join([",".join(table), *lines.to_pylist(), ""]).encode()


def _quoted(column: pa.Array) -> pa.Array:
    quoted = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(column, '[,"\n]'), quoted, column)


def write_whole(path: Path, content: bytes) -> None:
    """Writes the file under another name first, so that it is there whole or not at all."""
    partial = path.with_name(path.name + ".partial")
    partial.write_bytes(content)
    partial.replace(path)
