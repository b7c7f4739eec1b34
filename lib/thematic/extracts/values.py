"""Turns a raw table and the spellings in it into queries over the values of its columns."""

# ruff: noqa: S608 - names in the SQL are declared, never data
from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from thematic.extracts.derived import derivations, derived_sql, fed_columns, fills, is_fed, origins
from thematic.extracts.kinds import sql_type
from thematic.extracts.moments import instant_sql
from thematic.extracts.readers import RawTable
from thematic.extracts.spellings import Spelling
from thematic.extracts.text_rows import LINE
from thematic.params.tables import Lookup, Table, inputs_of


@dataclass(frozen=True)
class Values:
    """The values of a raw table: `spellings` says how each of its columns is read, `zone` what its clock is.

    Lists that derived columns look up are tables `list_<name>` of the connection, with a column `code`.
    """

    raw: RawTable
    spellings: Mapping[str, Spelling]
    zone: str

    @property
    def table(self) -> Table:
        return self.raw.table

    @property
    def fed(self) -> list[str]:
        """The columns that are known, derived ones included."""
        return fed_columns(self.table, self.raw.fed)

    def is_fed(self, name: str) -> bool:
        return is_fed(self.table, name, self.raw.fed)

    def sql_type(self, name: str) -> str:
        return sql_type(self.table, name)

    def query(self, names: Collection[str], extra: Collection[str] = (), where: str = "") -> str:
        """A query over `raw`: `line`, the columns `extra` as they are, and of each column named that is fed the value
        (v_), null where blank or wrong; of those of the file the cell (r_) and its text, null where blank (t_), too.
        Of a column whose blank cells are filled there are what its derived column gives (d_) and what the file alone
        says (w_) as well, and of one whose spellings know moments in UTC these (z_)."""
        columns = origins(self.table, names, self.raw.fed)
        carried = "".join(f', raw."{name}"' for name in extra)
        cells = "".join(f', raw."{name}" AS r_{name}, {self.spellings[name].text} AS t_{name}' for name in columns)
        mapped = [name for name in columns if self.spellings[name].mapped]
        meant = "".join(f", map_{name}.value AS m_{name}" for name in mapped)
        meant += "".join(f", map_{name}.instant AS i_{name}" for name in mapped if self.spellings[name].instant)
        maps = "".join(f' LEFT JOIN map_{name} ON raw."{name}" = map_{name}.spelled' for name in mapped)
        query = f"SELECT raw.{LINE} AS line{carried}{cells}{meant} FROM raw{maps} {where}"
        filling = set(self.filling)
        values = "".join(
            f", {self.spellings[name].value} AS {'w' if name in filling else 'v'}_{name}" for name in columns
        )
        instants = ((name, self.spellings[name].instant) for name in columns)
        values += "".join(f", {instant} AS z_{name}" for name, instant in instants if instant)
        query = f"SELECT cells.*{values} FROM ({query}) cells"
        for name in derivations(self.table, names, self.raw.fed):
            query = self._with_derived(query, name)
        return query

    def _with_derived(self, query: str, name: str) -> str:
        value = derived_sql(self.table, name, lambda source: f"v_{source}", self.instant, self._utc)
        derived = self.table.derived[name]
        joined = ""
        if isinstance(derived, Lookup):
            joined = f" LEFT JOIN list_{name} given ON CAST(v_{derived.lookup.by} AS VARCHAR) = given.code"
        if name not in self.raw.fed:
            return f"SELECT known.*, {value} AS v_{name} FROM ({query}) known{joined}"
        given = f"SELECT known.*, CAST({value} AS {self.sql_type(name)}) AS d_{name} FROM ({query}) known{joined}"
        filled = f"CASE WHEN t_{name} IS NULL THEN d_{name} ELSE w_{name} END AS v_{name}"
        return f"SELECT given.*, {filled} FROM ({given}) given"

    @property
    def filling(self) -> list[str]:
        """The columns of the file whose blank cells are filled by the derived column of their name."""
        return [name for name in self.raw.fed if fills(self.table, name, self.raw.fed)]

    def rests_on(self, name: str) -> list[str]:
        """The columns of the file that the derived column of a name is worked out from."""
        return origins(self.table, inputs_of(self.table.derived[name]), self.raw.fed)

    def says(self, name: str) -> str:
        """The condition that a column says something: its cell, or what fills it."""
        return f"coalesce(t_{name}, CAST(v_{name} AS VARCHAR)) IS NOT NULL"

    def is_zoned(self, name: str) -> bool:
        """Whether some text of the column has a zone."""
        return name in self.spellings and self.spellings[name].zoned

    def instant(self, name: str) -> str:
        """The moment of a column in UTC, in a query that has its values."""
        if not self.is_zoned(name):
            return instant_sql(None, f"v_{name}", self.zone)
        if self.spellings[name].instant:
            return f"coalesce(z_{name}, {instant_sql(None, f'v_{name}', self.zone)})"
        return instant_sql(f"t_{name}", f"v_{name}", self.zone)

    def _utc(self, clock: str) -> str:
        """A time on the local clock as it is in UTC."""
        return instant_sql(None, f"({clock})", self.zone)

    def lookups(self) -> Iterator[tuple[str, Lookup]]:
        """The derived columns that look up a list."""
        for name, derived in self.table.derived.items():
            if isinstance(derived, Lookup):
                yield name, derived
