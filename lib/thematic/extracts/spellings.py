"""Turns the spellings that stand in a file's columns into the values they are taken for."""

# ruff: noqa: S608 - names in the SQL are declared in schema, never data
from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from thematic.extracts.rules import MAPPED, Spellings, trim_sql
from thematic.params.schema import STRANDS, Table

SPACES = " \t\u00a0"


@dataclass(frozen=True)
class Names:
    """What the looked-up columns may say: the force's LPUs and local authorities, and offence codes."""

    lpus: Collection[str]
    local_authorities: Collection[str]
    offence_codes: Collection[str]


def find_spellings(connection: duckdb.DuckDBPyConnection, table: Table, rows: pa.Table, names: Names) -> Spellings:
    """Looks through the columns of `raw` and makes the tables `map_<column>` where a column needs one."""
    fed = [name for name in table.names if name in rows.column_names]
    spaced = frozenset(name for name in fed if _is_spaced(rows[name]))
    mapped = set()
    takes = _takers(names)
    for name in fed:
        if table.column(name).kind in MAPPED:
            text = trim_sql(name, Spellings(spaced, frozenset()))
            found = connection.execute(f"SELECT DISTINCT {text} FROM raw WHERE {text} NOT NULL").fetchall()
            values = {spelling: takes[table.column(name).kind](spelling) for (spelling,) in found}
            if any(spelling != value for spelling, value in values.items()):
                mapped.add(name)
                _store_map(connection, name, values)
    return Spellings(spaced, frozenset(mapped))


def _is_spaced(values: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(values, pc.utf8_trim(values, characters=SPACES))).as_py())


def _store_map(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, str | None]) -> None:
    columns = {"spelling": pa.array(list(values), pa.string()), "value": pa.array(values.values(), pa.string())}
    connection.register("spelled", pa.table(columns))
    connection.execute(f"CREATE TABLE map_{name} AS FROM spelled")
    connection.unregister("spelled")


def _takers(names: Names) -> dict[str, Callable[[str], str | None]]:
    """For each looked-up kind, the value that a spelling is taken for, or None."""
    lpus, authorities = _by_folded(names.lpus), _by_folded(names.local_authorities)
    codes = set(names.offence_codes)
    return {
        "lpu": lambda spelling: lpus.get(fold(spelling)),
        "local_authority": lambda spelling: authorities.get(fold(spelling)),
        "offence_code": lambda spelling: spelling if spelling in codes else None,
        "strands": take_strands,
    }


def fold(name: str) -> str:
    """What names are compared by: Unicode NFC, without case."""
    return unicodedata.normalize("NFC", name).casefold()


def _by_folded(names: Iterable[str]) -> dict[str, str]:
    return {fold(name): name for name in names}


def take_strands(spelling: str) -> str | None:
    """The strands sorted, each once, joined by `;`; None when one of them is unknown."""
    strands = {strand.strip(SPACES) for strand in spelling.split(";")}
    return ";".join(sorted(strands)) if strands <= set(STRANDS) else None
