"""Turns one table's file (CSV, gzipped CSV, Parquet or a folder of it) into its columns as text, rows with lines."""

from __future__ import annotations

import difflib
import gzip
import io
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from thematic.core.bounded import LARGEST_TABLE, NotReadable, Unpacked, opened
from thematic.core.errors import DataRefused, Problem
from thematic.extracts import pieces
from thematic.extracts.delimited import Shape, TextTable, Wanted, read_text
from thematic.extracts.derived import demanded, is_fed
from thematic.extracts.encoding import Open, known_text
from thematic.extracts.headings import find_heading
from thematic.extracts.parquet import read_parquet
from thematic.extracts.sources import TableFile
from thematic.extracts.text_rows import LINE, TextRows
from thematic.params.tables import ByFilled, Table, inputs_of

LINE_SPAN = 1 << 36
"""A row's number is its physical line, plus LINE_SPAN times its file's place among the table's files."""
_REPEATING = {"date", "flag", "whole", "code", "codes", "area"}
_OF_WORDS = {"text", "code", "codes", "area"}


@dataclass(frozen=True)
class RawTable:
    """A table as it was handed over, ready to be checked. `text.rows` is one row per row of its `files`.

    `fed` are the declared columns that the source has. `compared` are further columns in which rows must agree to be
    exact duplicates. `unplaced` says that a column of this name tells why a row has no place. `alike` says that rows
    with one reference are one row whatever else they say. `dates` is how dates are written where not as YYYY-MM-DD.
    """

    name: str
    table: Table
    files: tuple[str, ...]
    text: TextTable
    fed: tuple[str, ...]
    compared: tuple[str, ...] = ()
    unplaced: bool = False
    alike: bool = False
    dates: str | None = None
    notes: list[str] = field(default_factory=list)

    def where(self, row: int) -> str:
        """The file and physical line of a row's number."""
        return f"{self.files[row // LINE_SPAN]}, line {row % LINE_SPAN}"

    @property
    def rows_in(self) -> int:
        return int(self.text.rows.num_rows + self.text.broken.num_rows)


def read_table(file: TableFile, name: str, table: Table, rows: TextRows) -> RawTable:
    """The table's file, its rows put into `rows`. Raises DataRefused when it cannot be read or lacks a required column
    (every one is named)."""
    spelled = {column: file.columns.get(column, column) for column in table.names}
    joined = {_as_one(names): names for names in spelled.values() if isinstance(names, tuple)}
    there = {column: names if isinstance(names, str) else _as_one(names) for column, names in spelled.items()}
    wanted = {*there.values(), *(name for names in joined.values() for name in names)} - joined.keys()
    shown = file.path.name

    def shape(found: pa.Table) -> pa.Table:
        return _renamed(_with_joined(found, joined), there)

    if file.is_parquet:
        files, text = read_parquet(file, wanted, LINE_SPAN, rows, shape)
    else:
        repeating = {there[name] for name in _repeating(table)} & wanted
        files, text = (shown,), _read_csv(file, Wanted(wanted, file.separator, repeating), rows, shape)
    text = replace(text, header=_header(text.header, joined, set(there.values())))
    _refuse_missing(text, table, there, file, shown)
    fed = tuple(column for column in table.names if there[column] in text.header)
    notes = [*text.notes, *unknown_columns(text.header, there, shown), *_left_out(table, fed, shown)]
    if text.blank:
        notes.append(f"{shown}: {_rows(text.blank)} with no cell filled in, not counted as a row of the table.")
    return RawTable(name, table, files, text, fed, dates=file.dates, notes=notes)


def _as_one(names: tuple[str, ...]) -> str:
    return " and ".join(names)


def _header(header: list[str], joined: Mapping[str, tuple[str, ...]], used: Collection[str]) -> list[str]:
    """The header with the columns that several of the file make up, where it has all of them, in the place of those
    that are not `used` by themselves."""
    there = set(header)
    for name, parts in joined.items():
        if set(parts) <= there:
            header = [*(each for each in header if each not in parts or each in used), name]
    return header


def _with_joined(rows: pa.Table, joined: Mapping[str, tuple[str, ...]]) -> pa.Table:
    """The rows with the columns that several of the file make up, where it has all of them; blank where all are."""
    for name, parts in joined.items():
        if set(parts) <= set(rows.column_names):
            texts = [pc.utf8_trim_whitespace(rows[part].cast(pa.string())) for part in parts]
            one = pc.binary_join_element_wise(*texts, "-")
            rows = rows.append_column(name, pc.if_else(pc.equal(one, "-" * (len(parts) - 1)), "", one))
    return rows


def measured(table: Table) -> list[str]:
    """The columns of words whose fullness is measured: those of breakdowns of the filled kind, and those of the file
    that these are derived from."""
    filled = (breakdown for breakdown in table.breakdowns.values() if isinstance(breakdown, ByFilled))
    names = [origin for breakdown in filled for name in breakdown.filled.values() for origin in _origins(table, name)]
    return [name for name in names if table.columns[name].kind in _OF_WORDS]


def _origins(table: Table, name: str) -> list[str]:
    """A column of the file, and those that the derived one of its name is worked out from."""
    derived = table.derived.get(name)
    inputs = () if derived is None else inputs_of(derived)
    own = [name] if name in table.columns else []
    return own + [origin for each in inputs if each != name for origin in _origins(table, each)]


def _repeating(table: Table) -> set[str]:
    """The columns that say the same few texts again and again."""
    return {name for name, column in table.columns.items() if column.kind in _REPEATING} | set(measured(table))


def _rows(number: int) -> str:
    return "1 line" if number == 1 else f"{number:,} lines"


def _renamed(rows: pa.Table, there: dict[str, str]) -> pa.Table:
    """The rows under the declared names of their columns; one column of the file may be several declared ones."""
    columns = {column: rows[name] for column, name in there.items() if name in rows.column_names}
    return pa.table({LINE: rows[LINE]} | columns)


def _left_out(table: Table, fed: Collection[str], shown: str) -> list[str]:
    """A sentence that names the optional columns that the file lacks and that nothing else fills."""
    lacking = [name for name in table.names if name not in fed and not _derives(table, name, fed)]
    if not lacking:
        return []
    word = "the optional column" if len(lacking) == 1 else "the optional columns"
    return [f"{shown} lacks {word} {', '.join(lacking)}: figures that need {_it(lacking)} are not available."]


def _it(names: Collection[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _derives(table: Table, name: str, fed: Collection[str]) -> bool:
    """Whether a derived column fills the one of its name."""
    return name in table.derived and is_fed(table, name, fed)


def _refuse_missing(text: TextTable, table: Table, there: dict[str, str], file: TableFile, shown: str) -> None:
    fed = [name for name in table.names if there[name] in text.header]
    needed = [*demanded(table, fed), *(name for name in file.columns if name not in table.required)]
    missing = [name for name in needed if there[name] not in text.header]
    if not missing:
        return
    heading = find_heading(text.opening, list(there.values()))
    if heading is not None:
        line, first = heading
        fix = f"The heading is on line {line}: remove what is above it."
        raise DataRefused(f"{shown}: line 1 is not the heading, it says '{first[:80]}'. {fix}")
    unknown = [name for name in text.header if name and name not in there.values()]
    problems = [
        Problem(shown, f"the column {_called(name, there, file, text.header)} is missing.", _fix(name, unknown))
        for name in missing
    ]
    raise DataRefused(f"{shown} lacks {'a column' if len(missing) == 1 else 'columns'} that it must have.", problems)


def _called(name: str, there: dict[str, str], file: TableFile, header: Collection[str]) -> str:
    """The column as the file should have it; of several that are joined those that it lacks."""
    parts = file.columns.get(name, name)
    if not isinstance(parts, str):
        return f"{' and '.join(part for part in parts if part not in header)} ({name})"
    return name if there[name] == name else f"{there[name]} ({name})"


def _fix(missing: str, unknown: list[str]) -> str:
    by_case = {name.casefold().replace(" ", "_"): name for name in unknown}
    close = difflib.get_close_matches(missing, by_case, n=1, cutoff=0.7)
    if close:
        name = by_case[close[0]]
        fix = f"write columns: {{{missing}: {name}}} in params/sources.yaml"
        return f"Did you mean it by '{name}'? Rename that, or {fix}."
    return "Add it to the export, or say in params/sources.yaml what it is called there."


def unknown_columns(header: list[str], there: dict[str, str], shown: str) -> list[str]:
    """A sentence about the columns that are not declared, where there are any; `there` has the declared ones' names."""
    unknown = [name for name in header if name and name not in there.values()]
    if not unknown:
        return []
    word = "a column" if len(unknown) == 1 else "columns"
    lacking = [name for name in there.values() if name not in header]
    close = {name: difflib.get_close_matches(name.casefold(), lacking, n=1, cutoff=0.8) for name in unknown}
    listed = [f"{name} (did you mean {close[name][0]}?)" if close[name] else name for name in unknown]
    return [f"{shown} has {word} that the contract does not know, not used: {', '.join(listed)}."]


def _read_csv(file: TableFile, wanted: Wanted, rows: TextRows, shape: Shape) -> TextTable:
    shown = file.path.name
    try:
        return read_text(known_text(_opener(file.path), shown), shown, wanted, rows, shape)
    except NotReadable as error:
        raise DataRefused(f"{shown} cannot be read: {error}. Export the table again, or in parts.") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        fix = "Export or copy it again."
        raise DataRefused(f"{shown} cannot be unpacked: it is cut short or damaged ({error}). {fix}") from error
    except OSError as error:
        raise DataRefused(f"{shown} cannot be read: {error.strerror}. Check the file and its permissions.") from error


def _opener(path: Path) -> Open:
    """How the file's text is opened; one that is small is read from disk, and unpacked, only once."""

    def open_file() -> BinaryIO:
        stream = opened(path, LARGEST_TABLE)
        return Unpacked(stream) if path.suffix.lower() == ".gz" else stream  # type: ignore[return-value]

    with open_file() as stream:
        start = stream.read(pieces.SIZE)
        return (lambda: io.BytesIO(start)) if len(start) < pieces.SIZE and not stream.read(1) else open_file
