"""Turns the warehouse into the cubes: small tables of counts, one for each theme; nothing below them is personal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from thematic.core.digests import digest, stage_digest
from thematic.core.folders import mend, replacing
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes.bases import POINT, Base, bases, known_dates, needed_columns, split_reasons
from thematic.extracts.elsewhere import COUNT_AGAIN, refuse_rows
from thematic.params import Params

if TYPE_CHECKING:
    import pandas as pd

    from thematic.extracts.warehouse import ExtractFacts

HISTORY_MONTHS = 84
"""How many months up to a period its reports can see: 60, and the longest lag."""

_INDEX = "index.json"
_TWO_YEARS = 24
GROUND = "ground"
"""The file of the hexagons that make up the force's ground, and the unit and the first month of each."""

RESIDENTS = "residents"
"""The file of the residents of hexagons, where a level of small areas declares its outlines."""


class Index(BaseModel):
    """data/cubes/index.json: what the cubes were made from, and for each theme what they cannot tell.

    `unavailable` gives for each theme and count the reason it is missing: under "" of the whole count, under a
    breakdown or level of that split, under `breakdown/category` of one category of a filled set. `history_from` and
    `ends` are the first and last month of each table, `gaps` its months without rows between them. `not_ended` names
    the tables whose source cannot say which rows were cancelled; `earlier` has by table a sentence for reports of
    periods before the latest; `empty` says why, of the themes that have nothing to show; `is_download`: the source is
    what was published, not the force's own systems. `slices` gives for each theme and period the digest of all that its
    reports see, `counted` for each theme that of all that its counts rest on; `extract` is the digest of the extract;
    `corrected` says by month why what had been published was not revised, `begun` by theme, count and dimension from
    which month on it has been published, where that was not from the first, `draws` how far the ledger's draws
    reached by theme, and `rekeyed` the months from which on the ledger has had another key.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    title: str
    synthetic: bool
    licence: str | None
    first_period: str
    latest_period: str
    history_from: dict[str, str]
    ends: dict[str, str]
    gaps: dict[str, list[str]]
    not_ended: list[str]
    populations: dict[str, dict[str, int]] | None
    unavailable: dict[str, dict[str, dict[str, str]]]
    slices: dict[str, dict[str, str]]
    earlier: dict[str, str] = {}
    empty: dict[str, str] = {}
    counted: dict[str, str] = {}
    extract: str = ""
    corrected: dict[str, str] = {}
    begun: dict[str, dict[str, dict[str, str]]] = {}
    draws: dict[str, int] = {}
    rekeyed: list[str] = []
    is_download: bool = False

    def at(self, period: Month) -> Index:
        """The same as a report of a period knows it: a count that has been published for less than two years is not
        available."""
        if not self.begun:
            return self
        unavailable = {
            theme: {key: dict(said) for key, said in known.items()} for theme, known in self.unavailable.items()
        }
        for theme, counts in self.begun.items():
            for key, parts in counts.items():
                for part, month in parts.items():
                    if period.index - Month.parse(month).index < _TWO_YEARS - 1:
                        why = f"it has been published since {Month.parse(month).label} alone"
                        unavailable.setdefault(theme, {}).setdefault(key, {}).setdefault(part, why)
        return self.model_copy(update={"unavailable": unavailable})

    @property
    def periods(self) -> tuple[Month, ...]:
        first, last = Month.parse(self.first_period), Month.parse(self.latest_period)
        return tuple(Month(index) for index in range(first.index, last.index + 1))


def load_index(workbook: Workbook) -> Index | None:
    """The index of the cubes as they stand, or None where there are none."""
    path = workbook.cubes / _INDEX
    return Index.model_validate_json(path.read_bytes()) if path.is_file() else None


def read_bytes(workbook: Workbook, theme: str) -> dict[str, bytes]:
    """The files a theme's reports need: its counts, the force's ground, how the rows of the extract fared, and the
    residents of hexagons where they are known."""
    known = [RESIDENTS] if (workbook.cubes / f"{RESIDENTS}.parquet").is_file() else []
    return {name: (workbook.cubes / f"{name}.parquet").read_bytes() for name in (theme, GROUND, "quality", *known)}


def build(
    workbook: Workbook,
    params: Params,
    facts: ExtractFacts,
    say: Callable[[str], None],
    tables: Mapping[str, Any] | None = None,
) -> Index:
    """Makes the cubes of every theme, or leaves them as they are when nothing they rest on has changed.

    `tables` are the warehouse's tables by name, as ibis tables of whichever engine holds them: there they are counted,
    and counts alone come back. Without them the warehouse's files are counted by DuckDB; raises DataRefused where the
    warehouse has none, because the rows are in a database.
    """
    mend(workbook.cubes)
    key = _key(params, facts)
    index = load_index(workbook)
    if index is not None and index.key == key:
        return index
    if tables is None:
        refuse_rows(workbook.warehouse, f"what is asked of them was not counted there. Count them: {COUNT_AGAIN}")
    say(f"Counting what the reports show (kept in {workbook.shown(workbook.cubes)})")
    with replacing(workbook.cubes) as folder:
        if tables is not None:
            return _build(workbook, params, facts, key, folder, tables)
        from thematic.cubes.counts import read_tables

        with read_tables(workbook.warehouse, facts.columns) as read:
            return _build(workbook, params, facts, key, folder, read)


def is_current(index: Index, params: Params, facts: ExtractFacts) -> bool:
    """Whether the cubes are of these params and this warehouse, and were made as they would be now."""
    return index.key == _key(params, facts)


def declarations(**kinds: Mapping[str, BaseModel]) -> dict[str, dict[str, Any]]:
    """What models declare, as plain data by kind and name."""
    return {
        kind: {name: each.model_dump(mode="json") for name, each in models.items()} for kind, models in kinds.items()
    }


def _key(params: Params, facts: ExtractFacts) -> str:
    declared = declarations(themes=params.themes, measures=params.measures, tables=params.tables)
    force = params.force.model_dump(mode="json")
    lists = {name: each.rows for name, each in params.lists.items()}
    outlined = params.outlines and [params.outlines, params.levels[params.outlines.level].model_dump(mode="json")]
    return digest([facts.key, stage_digest("cubes"), declared, force, lists, list(params.levels), outlined])


def _build(
    workbook: Workbook,
    params: Params,
    facts: ExtractFacts,
    key: str,
    folder: Path,
    tables: Mapping[str, Any],
) -> Index:
    quality = _quality(workbook, folder)
    ground = _ground(params, facts, tables)
    _write(ground, folder / f"{GROUND}.parquet")
    people = _residents(workbook, params, facts)
    if people is not None:
        _write(people, folder / f"{RESIDENTS}.parquet")
    asked = [_asked(params, slug, facts, ground, people) for slug in params.themes]
    before = load_index(workbook)
    kept = {each.slug for each in asked if before is not None and before.counted.get(each.slug) == each.key}
    counted = _count(params, [each for each in asked if each.slug not in kept], facts, tables)
    found = _index(params, facts, key)
    for each in asked:
        cube = f"{each.slug}.parquet"
        if before is not None and each.slug in kept:
            shutil.copyfile(workbook.cubes / cube, folder / cube)
            found.slices[each.slug] = before.slices[each.slug]
        else:
            _write(counted[each.slug], folder / cube)
            found.slices[each.slug] = each.slices(counted[each.slug], quality, facts)
        found.unavailable[each.slug] = each.unavailable
        found.counted[each.slug] = each.key
        if each.counted and not each.there:
            found.empty[each.slug] = _why_empty([base for base, _ in each.counted], each.unavailable, facts)
    (folder / _INDEX).write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")
    return found


@dataclass(frozen=True)
class _Asked:
    """What a theme asks of the warehouse: all its counts with their splits, why some are missing, those that can be
    counted, the tables it is made from, and the ground and the residents of its maps."""

    slug: str
    key: str
    counted: list[tuple[Base, set[str]]]
    unavailable: dict[str, dict[str, str]]
    there: list[tuple[Base, set[str]]]
    tables: set[str]
    ground: pd.DataFrame
    people: pd.DataFrame | None

    def slices(self, frame: pd.DataFrame, quality: pd.DataFrame, facts: ExtractFacts) -> dict[str, str]:
        """For each period the digest of all that its reports see."""
        stocks = {base.key for base, _ in self.there if base.is_stock}
        slices = _slices(frame, quality, self.ground, facts, self.unavailable, self.tables, stocks)
        return slices if self.people is None else _with_residents(slices, self.people)


def _asked(params: Params, slug: str, facts: ExtractFacts, ground: pd.DataFrame, people: pd.DataFrame | None) -> _Asked:
    theme, width = params.themes[slug], params.hexagon_km(slug)
    counted = bases(theme, params.measures, params.tables)
    unavailable = {base.key: _missing(base, splits, facts) for base, splits in counted}
    there = [(base, splits) for base, splits in counted if "" not in unavailable[base.key]]
    seen = ground[ground["hexagon_km"].isin([params.force.hexagon_km, width])]
    mapped = None if people is None or theme.hotspots is None else people[people["hexagon_km"] == width]
    grounds = [each.to_numpy().tolist() for each in (seen, mapped) if each is not None]
    lists = {name: each.rows for name, each in params.lists.items()}
    said = [[base.key, base.by_recorded, *_declared(base), sorted(splits)] for base, splits in counted]
    rest = [facts.key, stage_digest("cubes"), list(params.levels), lists, width, sorted(theme.tables), grounds]
    return _Asked(slug, digest([said, rest]), counted, unavailable, there, set(theme.tables), seen, mapped)


def _declared(base: Base) -> list[object]:
    """What a count is declared by: its table, the count itself, and the selections that it is of."""
    chain = base.theme.chain(base.count.selection)
    return [base.table_name, *(each.model_dump(mode="json") for each in (base.table, base.count, *chain))]


def _count(
    params: Params, asked: Sequence[_Asked], facts: ExtractFacts, tables: Mapping[str, Any]
) -> dict[str, pd.DataFrame]:
    """The cubes of themes: the counts of all that their measures rest on, sorted by their grain."""
    from thematic.cubes.counts import Counting, count

    widths = {each.slug: params.hexagon_km(each.slug) for each in asked}
    counting = Counting(tuple(params.levels), params.lists, widths)
    counted = count(tables, {each.slug: each.there for each in asked}, facts.columns, counting)
    keys = [str(column) for column in next(iter(counted.values())).columns if column != "n"] if counted else []
    return {slug: frame.sort_values(keys, na_position="last", ignore_index=True) for slug, frame in counted.items()}


def _ground(params: Params, facts: ExtractFacts, tables: Mapping[str, Any]) -> pd.DataFrame:
    """The force's ground in hexagons of every width that a report asks for, from every table with coordinates."""
    import pandas as pd

    from thematic.cubes.cells import ground

    declared = {name: params.tables[name] for name in sorted(facts.columns) if name in params.tables}
    located = [
        (tables[name], table.date, table.levels[params.units])
        for name, table in declared.items()
        if set(POINT) <= set(facts.columns[name]) and params.units in table.levels
    ]
    widths = sorted({params.force.hexagon_km, *map(params.hexagon_km, params.themes)})
    return pd.concat([ground(located, width) for width in widths], ignore_index=True)


def _residents(workbook: Workbook, params: Params, facts: ExtractFacts) -> pd.DataFrame | None:
    """The residents of hexagons of every width that a theme maps; None where no level of small areas has outlines."""
    if params.outlines is None:
        return None
    from thematic.cubes.residents import residents

    known = facts.populations
    on = Month.parse(facts.latest_period).last_day
    declared = params.population(params.force_area, on)
    force_people = declared if known is None else sum(known.get(params.units, {}).values()) or None
    widths = sorted({params.hexagon_km(slug) for slug, theme in params.themes.items() if theme.hotspots is not None})
    return residents(workbook.root, params, params.outlines, force_people, widths) if widths else None


def _with_residents(slices: Mapping[str, str], people: pd.DataFrame) -> dict[str, str]:
    """The slices of a theme that draws hotspots, each with the residents of its hexagons."""
    seen = digest(people.to_numpy().tolist())
    return {period: digest([own, seen]) for period, own in slices.items()}


def _missing(base: Base, splits: set[str], facts: ExtractFacts) -> dict[str, str]:
    """Why the count, or a split of it, is not available: a table or a column that the source does not feed."""
    if base.table_name not in facts.columns:
        return {"": _own_cause(base, facts) or f"{facts.title} holds no {base.table.title.lower()}"}

    def lacking(columns: frozenset[str]) -> str | None:
        return _no_columns(base, columns, facts)

    ends = [base.table.ends] if base.table.ends and base.table_name not in facts.not_ended else []
    dates = known_dates(base.table, base.columns)
    reason = lacking(needed_columns(base, base.columns | {base.date, *ends, *dates}))
    if reason is not None:
        return {"": reason}
    found = {}
    for split, category, columns in split_reasons(base, sorted(splits)):
        if (reason := lacking(columns)) is not None:
            found[f"{split}/{category}" if category else split] = reason
    for level, column in base.table.levels.items():
        if (reason := lacking(frozenset({column}))) is not None:
            found[level] = reason
    return found


def _own_cause(base: Base, facts: ExtractFacts) -> str | None:
    """Why a table is not there that such a source can give."""
    return facts.absent.get(base.table_name, {}).get("")


def _no_columns(base: Base, columns: frozenset[str], facts: ExtractFacts) -> str | None:
    """What of the columns is not there: first what such a source can give, and this one does not."""
    fed, absent = facts.columns[base.table_name], facts.absent.get(base.table_name, {})
    missing = [name for name in base.table.names if name in columns and name not in fed]
    why = dict.fromkeys(absent[name] for name in missing if name in absent)
    words = [base.table.columns[name].words for name in missing if name not in absent]
    never = [f"{facts.title} does not give, for {base.table.title.lower()}: {'; '.join(words)}"] if words else []
    return "; ".join([*why, *never]) or None


def _why_empty(counted: list[Base], unavailable: dict[str, dict[str, str]], facts: ExtractFacts) -> str:
    """Of each table the least that its counts lack, and the tables that are not there."""
    least: dict[str, str] = {}
    absent: dict[str, None] = {}
    for base in counted:
        title, reason = base.table.title.lower(), unavailable[base.key][""]
        if base.table_name not in facts.columns and _own_cause(base, facts) is None:
            absent[title] = None
        elif title not in least or len(reason) < len(least[title]):
            least[title] = reason
    return "; ".join(
        [*dict.fromkeys(least.values()), *([f"{facts.title} holds no {_listed(list(absent))}"] if absent else [])]
    )


def _listed(words: list[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _quality(workbook: Workbook, folder: Path) -> pd.DataFrame:
    import pandas as pd

    frame = pd.read_parquet(workbook.warehouse / "quality.parquet")
    left_out = frame["status"] == "left_out"  # their reasons give values of the rows
    frame = frame.assign(reason=frame["reason"].where(~left_out, ""))
    keys = [column for column in frame.columns if column != "n"]
    frame = frame.groupby(keys, dropna=False, sort=False)["n"].sum().reset_index()
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
    stocks: set[str],
) -> dict[str, str]:
    """For each period, the digest of what its reports can see: the counts of the last HISTORY_MONTHS months (of stocks,
    of all) that had happened by its end (what ended them later had not), how the rows of that time in the theme's
    tables fared, and the ground of its maps."""
    frame = frame.assign(always=frame["count"].isin(stocks))
    later = ["until_month", "leaves_month"]
    columns = [column for column in frame.columns if column != "always"]
    grain = [column for column in columns if column not in {*later, "n"}]
    first = frame.groupby([*grain, "always"], as_index=False, dropna=False)["n"].sum()
    happened = _digests(first.assign(event=first["from_month"]), [*grain, "n"])
    ended = [
        _digests(frame.assign(event=frame[column]).dropna(subset=["event"]), columns)
        for column in later
        if frame[column].notna().any()
    ]
    dated = quality[quality["table"].isin(tables)].dropna(subset=["month"])
    months = [Month.parse(month).index for month in dated["month"]]
    fared = _digests(dated.assign(event=0, month=months, always=False), [*quality])
    history = {table: month for table, month in facts.history_from.items() if table in tables}
    ends = {table: month for table, month in facts.ends.items() if table in tables}
    gaps = {table: month for table, month in facts.gaps.items() if table in tables}
    told = [facts.title, facts.synthetic, facts.licence, history, gaps, facts.populations, unavailable, facts.not_ended]
    earlier = {table: said for table, said in facts.earlier.items() if table in tables}
    under = _digests(ground.assign(event=0, always=True), [*ground])
    parts = [happened, *ended, fared]
    found = {}
    for period in _periods(facts):
        reached = {table: min(month, str(period)) for table, month in ends.items()}
        said = earlier if str(period) < facts.latest_period else {}
        found[str(period)] = _slice(period.index, [*told, reached, said, _until(period.index, under)], parts)
    return found


_Digests = dict[tuple[bool, int, int], str]


def _until(period: int, digests: _Digests) -> list[str]:
    """Those of the months up to the period, however far back."""
    return [value for (_, month, _), value in sorted(digests.items()) if month <= period]


def _digests(frame: pd.DataFrame, columns: list[str]) -> _Digests:
    """A digest of the rows of each month and of the month in which they happened."""
    if frame.empty:
        return {}
    import numpy as np

    place = ["always", "month", "event"]
    ordered = frame.astype({"month": int, "event": int}).sort_values([*place, *columns], ignore_index=True)
    rows = _lines(ordered[columns])
    starts = np.flatnonzero((ordered[place] != ordered[place].shift()).any(axis=1)).tolist()
    places = ordered.loc[starts, place].itertuples(index=False, name=None)
    ends = [*starts[1:], len(rows)]
    return {each: digest(rows[start:end]) for each, start, end in zip(places, starts, ends, strict=True)}


def _lines(frame: pd.DataFrame) -> list[str]:
    """The rows as texts, what is missing as NUL, which no extract holds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [pa.array(frame[name], from_pandas=True).cast(pa.string()) for name in frame]
    joined = pc.binary_join_element_wise(*columns, "\x1f", null_handling="replace", null_replacement="\0")
    lines: list[str] = joined.to_pylist()
    return lines


def _slice(period: int, told: list[object], parts: list[_Digests]) -> str:
    seen = [
        [key, value]
        for part in parts
        for key, value in sorted(part.items())
        if (key[0] or period - HISTORY_MONTHS < key[1]) and key[1] <= period and key[2] <= period
    ]
    return digest([told, seen])


def _periods(facts: ExtractFacts) -> list[Month]:
    first, last = min(facts.history_from.values()), facts.latest_period
    return [Month(index) for index in range(Month.parse(first).index, Month.parse(last).index + 1)]


def _index(
    params: Params,
    facts: ExtractFacts,
    key: str,
) -> Index:
    """What is known of all themes; what is known of each is put in as it is counted."""
    return Index(
        key=key,
        title=facts.title,
        synthetic=facts.synthetic,
        licence=facts.licence,
        first_period=str(_periods(facts)[0]),
        latest_period=facts.latest_period,
        history_from=facts.history_from,
        ends=facts.ends,
        gaps=facts.gaps,
        not_ended=facts.not_ended,
        populations=facts.populations,
        unavailable={},
        slices={},
        counted={},
        empty={},
        earlier=facts.earlier,
        extract=facts.key,
        is_download=facts.kind == "police.uk",
    )
