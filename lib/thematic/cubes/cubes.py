"""Turns the warehouse into the cubes: small tables of counts, one for each theme; nothing below them is personal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from thematic.core.digests import digest, stage_digest
from thematic.core.folders import mend, replacing
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes.bases import CELL, CHARACTERISTICS, SPLIT_COLUMN, Base, bases, needed_columns, table_of
from thematic.params import Params
from thematic.params.schema import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from thematic.extracts.warehouse import ExtractFacts

HISTORY_MONTHS = 48
"""How many months up to a period its reports can see: 36 months and, for each, the same month a year before."""

_COUNT_COLUMNS = ["count", "dimension", "category", "month", "from_month", "until_month", "lpu", "local_authority", "n"]
_TYPES = {"month": "int32", "from_month": "int32", "until_month": "Int32", "n": "int64"}
_INDEX = "index.json"
GROUND = "ground"
"""The file of the hexagons that make up the force's ground, and the LPU and the first month of each."""


class Index(BaseModel):
    """data/cubes/index.json: what the cubes were made from, and for each theme what they cannot tell.

    `unavailable` gives for each theme and count the reason it is missing, under "" for the whole count or under
    the split or characteristic that is. `slices` gives for each theme and period the digest of all its reports see.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    synthetic: bool
    licence: str | None
    first_period: str
    latest_period: str
    history_from: dict[str, str]
    populations: dict[str, dict[str, int]] | None
    unavailable: dict[str, dict[str, dict[str, str]]]
    slices: dict[str, dict[str, str]]

    @property
    def periods(self) -> tuple[Month, ...]:
        first, last = Month.parse(self.first_period), Month.parse(self.latest_period)
        return tuple(Month(index) for index in range(first.index, last.index + 1))


def load_index(workbook: Workbook) -> Index | None:
    """The index of the cubes as they stand, or None where there are none."""
    path = workbook.cubes / _INDEX
    return Index.model_validate_json(path.read_bytes()) if path.is_file() else None


def read_bytes(workbook: Workbook, theme: str) -> dict[str, bytes]:
    """The files a theme's reports need: its counts, the force's ground, and how the rows of the extract fared."""
    return {name: (workbook.cubes / f"{name}.parquet").read_bytes() for name in (theme, GROUND, "quality")}


def build(
    workbook: Workbook,
    params: Params,
    facts: ExtractFacts,
    say: Callable[[str], None],
    tables: Mapping[str, Any] | None = None,
) -> Index:
    """Makes the cubes of every theme, or leaves them as they are when nothing they rest on has changed.

    `tables` are the warehouse's tables by name, as ibis tables of whichever engine holds them: there they are counted,
    and counts alone come back. Without them the warehouse's files are counted by DuckDB.
    """
    mend(workbook.cubes)
    key = _key(params, facts)
    index = load_index(workbook)
    if index is not None and index.key == key:
        return index
    say(f"Counting: {workbook.shown(workbook.cubes)}")
    with replacing(workbook.cubes) as folder:
        if tables is not None:
            return _build(workbook, params, facts, key, folder, tables)
        from thematic.cubes.counts import read_tables

        with read_tables(workbook.warehouse, facts.columns) as read:
            return _build(workbook, params, facts, key, folder, read)


def is_current(index: Index, params: Params, facts: ExtractFacts) -> bool:
    """Whether the cubes are of these params and this warehouse, and were made as they would be now."""
    return index.key == _key(params, facts)


def _key(params: Params, facts: ExtractFacts) -> str:
    declared = {
        "themes": {slug: theme.model_dump(mode="json") for slug, theme in params.themes.items()},
        "measures": {name: measure.model_dump(mode="json") for name, measure in params.measures.items()},
        "force": params.force.model_dump(mode="json"),
    }
    return digest([facts.key, stage_digest("cubes"), declared])


def _build(
    workbook: Workbook,
    params: Params,
    facts: ExtractFacts,
    key: str,
    folder: Path,
    tables: Mapping[str, Any],
) -> Index:
    from thematic.cubes.counts import counts

    unavailable: dict[str, dict[str, dict[str, str]]] = {}
    slices: dict[str, dict[str, str]] = {}
    quality = _quality(workbook, folder)
    ground = _ground(params, facts, tables)
    _write(ground, folder / f"{GROUND}.parquet")
    for slug, theme in params.themes.items():
        expressions: list[Any] = []
        unavailable[slug] = {}
        for base, splits in bases(theme, params.measures):
            table = table_of(theme, base.selection)
            unavailable[slug][base.key] = missing = _missing(params, slug, base, facts)
            if "" not in missing:
                columns = set(facts.columns[table])
                expressions += counts(
                    tables, theme, base, splits, columns, params.force.says_nothing, params.hexagon_km(slug)
                )
        frame = _collect(expressions)
        _write(frame, folder / f"{slug}.parquet")
        tables_counted = {table_of(theme, selection) for selection in theme.selections}
        seen = ground[ground["hexagon_km"].isin([params.force.hexagon_km, params.hexagon_km(slug)])]
        slices[slug] = _slices(frame, quality, seen, facts, unavailable[slug], tables_counted)
    index = _index(facts, key, unavailable, slices)
    (folder / _INDEX).write_text(index.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    return index


def _ground(params: Params, facts: ExtractFacts, tables: Mapping[str, Any]) -> pd.DataFrame:
    """The force's ground in hexagons of every width that a report asks for, from every table with coordinates."""
    import pandas as pd

    from thematic.cubes.cells import POINT, ground

    located = [name for name, columns in sorted(facts.columns.items()) if set(POINT) <= set(columns)]
    dated = [(tables[name], TABLES[name].date) for name in located]
    widths = sorted({params.force.hexagon_km, *map(params.hexagon_km, params.themes)})
    return pd.concat([ground(dated, width) for width in widths], ignore_index=True)


def _missing(params: Params, slug: str, base: Base, facts: ExtractFacts) -> dict[str, str]:
    """Why the count, or a split of it, is not available: a table or a column that the source does not feed."""
    theme = params.themes[slug]
    table = table_of(theme, base.selection)
    if table not in facts.columns:
        return {"": f"{facts.title} holds no {table.replace('_', ' ')}"}
    fed = set(facts.columns[table])
    lacking = sorted(needed_columns(theme, base) - fed)
    if lacking:
        return {"": f"{facts.title} does not give {', '.join(lacking)} for {table.replace('_', ' ')}"}
    splits = {split: column for split, column in SPLIT_COLUMN.items() if column not in fed}
    splits |= {name: f"victim_{name}" for name in CHARACTERISTICS if f"victim_{name}" not in fed}
    if not {"longitude", "latitude"} <= fed:
        splits[CELL] = "longitude and latitude"
    return {split: f"{facts.title} does not give {column}" for split, column in sorted(splits.items())}


def _collect(expressions: list[Any]) -> pd.DataFrame:
    """The counts of all expressions, asked for at once: an engine plans one query sooner than many."""
    import ibis
    import pandas as pd

    nothing = pd.DataFrame({column: pd.Series(dtype=_TYPES.get(column, "string")) for column in _COUNT_COLUMNS})
    frame: pd.DataFrame = ibis.union(*expressions).to_pandas()[_COUNT_COLUMNS] if expressions else nothing
    frame = frame.astype(_TYPES)
    return frame.sort_values(_COUNT_COLUMNS[:-1], na_position="last", ignore_index=True)


def _quality(workbook: Workbook, folder: Path) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_parquet(workbook.warehouse / "quality.parquet")
    _write(frame, folder / "quality.parquet")
    return frame


def _write(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False, compression="zstd")


def _slices(
    frame: pd.DataFrame,
    quality: pd.DataFrame,
    ground: pd.DataFrame,
    facts: ExtractFacts,
    unavailable: dict[str, dict[str, str]],
    tables: set[str],
) -> dict[str, str]:
    """For each period, the digest of what its reports can see: the counts of the last HISTORY_MONTHS months that had
    happened by its end (a later cancellation had not), how the rows of that time in the theme's tables fared, and the
    ground of its maps."""
    grain = [column for column in _COUNT_COLUMNS if column not in {"until_month", "n"}]
    first = frame.groupby(grain, as_index=False)["n"].sum()
    happened = _digests(first.assign(event=first["from_month"]), [*grain, "n"])
    cancelled = _digests(frame.assign(event=frame["until_month"]).dropna(subset=["event"]), _COUNT_COLUMNS)
    dated = quality[quality["table"].isin(tables)].dropna(subset=["month"])
    fared = _digests(dated.assign(event=0, month=[Month.parse(month).index for month in dated["month"]]), [*quality])
    history = {table: month for table, month in facts.history_from.items() if table in tables}
    told = [facts.title, facts.synthetic, facts.licence, history, facts.populations, unavailable]
    under = _digests(ground.assign(event=0), [*ground])
    parts = [happened, cancelled, fared]
    return {
        str(period): _slice(period.index, [*told, _until(period.index, under)], parts) for period in _periods(facts)
    }


def _until(period: int, digests: dict[tuple[int, int], str]) -> list[str]:
    """Those of the months up to the period, however far back."""
    return [value for (month, _), value in sorted(digests.items()) if month <= period]


def _digests(frame: pd.DataFrame, columns: list[str]) -> dict[tuple[int, int], str]:
    """A digest of the rows of each month and of the month in which they happened."""
    if frame.empty:
        return {}
    ordered = frame.sort_values(columns, ignore_index=True)
    places = ordered[["month", "event"]].astype(int).itertuples(index=False, name=None)
    found: dict[tuple[int, int], list[list[Any]]] = {}
    for place, row in zip(places, ordered[columns].to_numpy().tolist(), strict=True):
        found.setdefault(place, []).append(row)
    return {place: digest(rows) for place, rows in found.items()}


def _slice(period: int, told: list[object], parts: list[dict[tuple[int, int], str]]) -> str:
    seen = [
        [key, value]
        for part in parts
        for key, value in sorted(part.items())
        if period - HISTORY_MONTHS < key[0] <= period and key[1] <= period
    ]
    return digest([told, seen])


def _periods(facts: ExtractFacts) -> list[Month]:
    first, last = min(facts.history_from.values()), facts.latest_period
    return [Month(index) for index in range(Month.parse(first).index, Month.parse(last).index + 1)]


def _index(
    facts: ExtractFacts,
    key: str,
    unavailable: dict[str, dict[str, dict[str, str]]],
    slices: dict[str, dict[str, str]],
) -> Index:
    return Index(
        key=key,
        title=facts.title,
        synthetic=facts.synthetic,
        licence=facts.licence,
        first_period=str(_periods(facts)[0]),
        latest_period=facts.latest_period,
        history_from=facts.history_from,
        populations=facts.populations,
        unavailable=unavailable,
        slices=slices,
    )
