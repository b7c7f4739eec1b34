"""Turns the ledger's steps into the counts that public editions are made from, in the form of the cubes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from thematic.core.digests import digest
from thematic.core.folders import make_private, replacing
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.bases import bases
from thematic.cubes.counts import GRAIN, place_column
from thematic.cubes.cubes import GROUND, HISTORY_MONTHS, Index
from thematic.cubes.tallies import read_table
from thematic.measures.ledger.counting import parted
from thematic.measures.ledger.files import PUBLIC, MonthFile
from thematic.measures.ledger.homes import Home, homes
from thematic.measures.ledger.plan import Ledger, Plan
from thematic.params import Params
from thematic.params.themes import TOTAL

_QUALITY = ("table", "month", "status", "reason", "n")


def write(
    workbook: Workbook,
    params: Params,
    index: Index,
    plans: Mapping[str, Plan],
    months: Sequence[MonthFile],
    rests_on: str,
) -> None:
    """Writes data/ledger/public: for each theme the counts that were released, and nothing else that was counted."""
    steps = _steps(months)
    make_private(workbook.ledger)
    first, last = months[0].month, months[-1].month
    with replacing(workbook.ledger / PUBLIC) as folder:
        slices: dict[str, dict[str, str]] = {}
        reach: dict[str, int] = {}
        told = [index.title, index.synthetic, index.licence, index.history_from, index.ends, index.populations]
        elsewhere = homes(params, index.empty)
        own = {theme: _theme(params, made, steps, workbook, theme) for theme, made in plans.items()}
        begun = {theme: _begun(made, months) for theme, made in plans.items()}
        draws = {theme: max(each.header.draws_of.get(theme, 0) for each in months) for theme in plans}
        for theme in plans:
            guests = {key: home for (guest, key), home in elsewhere.items() if guest == theme}
            frame = _with_guests(own, theme, guests)
            begun[theme] |= {
                key: begun[home.theme][home.key] for key, home in guests.items() if home.key in begun[home.theme]
            }
            reach[theme] = max([draws[theme], *(draws[home.theme] for home in guests.values())])
            frame.to_parquet(folder / f"{theme}.parquet", index=False, compression="zstd")
            slices[theme] = dict(_slices(frame, [*told, begun[theme]], first, last))
        pd.DataFrame({name: pd.Series(dtype="object") for name in _QUALITY}).astype({"n": "int64"}).to_parquet(
            folder / "quality.parquet", index=False
        )
        (folder / f"{GROUND}.parquet").write_bytes((workbook.cubes / f"{GROUND}.parquet").read_bytes())
        key = digest([rests_on, slices])
        known = index.model_copy(
            update={
                "key": key,
                "extract": rests_on,
                "latest_period": str(last),
                "slices": slices,
                "begun": begun,
                "draws": reach,
                "rekeyed": [str(each.month) for one, each in pairwise(months) if one.header.key != each.header.key],
                "corrected": {
                    month: each.why
                    for month, each in sorted(params.corrections.items())
                    if each.do == "reanchor" and month <= str(last)
                },
            }
        )
        (folder / "index.json").write_text(known.model_dump_json(indent=1) + "\n", encoding="utf-8", newline="\n")


def load_index(workbook: Workbook) -> Index | None:
    """The index of the counts for the public, or None where nothing was booked."""
    path = workbook.ledger / PUBLIC / "index.json"
    return Index.model_validate_json(path.read_bytes()) if path.is_file() else None


def read_bytes(workbook: Workbook, theme: str) -> dict[str, bytes]:
    """The files that a theme's public reports are made from."""
    folder = workbook.ledger / PUBLIC
    return {name: (folder / f"{name}.parquet").read_bytes() for name in (theme, GROUND, "quality")}


def _steps(months: Sequence[MonthFile]) -> dict[str, list[tuple[int, str, int]]]:
    """The steps of each ledger: month, leaf and by how much it grew."""
    found: dict[str, list[tuple[int, str, int]]] = {}
    for each in months:
        for entry in each.entries:
            if entry.step:
                found.setdefault(entry.ledger, []).append((each.month.index, entry.leaf, entry.step))
    return found


def _young(ledgers: Iterable[Ledger], months: Sequence[MonthFile]) -> dict[str, Month]:
    """The ledgers that were not kept in all months, with the month from which on they were."""
    found: dict[str, Month] = {}
    for ledger in ledgers:
        without = [each.month for each in months if ledger.mark not in each.header.marks]
        if without:
            found[ledger.name] = without[-1] + 1
    return found


def _begun(made: Plan, months: Sequence[MonthFile]) -> dict[str, dict[str, str]]:
    """By count and dimension the month from which on a count has been published, where that is not the first."""
    young = _young(made.ledgers, months)
    found: dict[str, dict[str, str]] = {}
    for shown in made.shown:
        if shown.ledger in young:
            part = "" if shown.dimension == TOTAL else shown.dimension
            found.setdefault(shown.key, {})[part] = str(young[shown.ledger])
    return found


def _theme(
    params: Params, made: Plan, steps: Mapping[str, Iterable[tuple[int, str, int]]], workbook: Workbook, theme: str
) -> pd.DataFrame:
    places = [place_column(level) for level in params.levels]
    ledgers = {each.name: each for each in made.ledgers}
    rows = [
        (shown.key, shown.dimension, shown.categories[label], month, *_placed(areas, ledger, params.levels, seen), step)
        for shown in made.shown
        for ledger, seen in [(ledgers[shown.ledger], shown.levels)]
        for month, leaf, step in steps.get(ledger.name, ())
        for areas, label in [parted(leaf, ledger)]
        if label in shown.categories
    ]
    frame = pd.DataFrame(rows, columns=["count", "dimension", "category", "month", *places, "n"])
    frame["from_month"] = frame["month"]
    never = pd.Series(pd.NA, index=frame.index, dtype="Int32")
    frame = frame.assign(until_month=never, leaves_month=never)
    frame = frame.astype({"month": "int32", "from_month": "int32", "n": "int64"})
    columns = [*GRAIN, *places, "n"]
    keys = columns[:-1]
    frame = frame[columns].groupby(keys, dropna=False, as_index=False, sort=False).agg({"n": "sum"})
    exact = _exact(params, workbook, theme)
    frame = pd.concat([frame, *([exact[columns]] if len(exact) else [])], ignore_index=True)
    texts = ["count", "dimension", "category", *places]
    frame = frame.astype(dict.fromkeys(texts, "string") | {"until_month": "Int32", "leaves_month": "Int32"})
    return frame.sort_values(keys, na_position="last", ignore_index=True)


def _with_guests(own: Mapping[str, pd.DataFrame], theme: str, guests: Mapping[str, Home]) -> pd.DataFrame:
    """The rows of a theme's own ledgers, and those of its counts that are rounded elsewhere, under the names they have
    in the theme."""
    taken = [own[home.theme][own[home.theme]["count"] == home.key].assign(count=key) for key, home in guests.items()]
    frames = [frame for frame in (own[theme], *taken) if len(frame)]
    if not frames:
        return own[theme]
    keys = [column for column in own[theme].columns if column != "n"]
    whole = pd.concat(frames, ignore_index=True).astype(own[theme].dtypes.to_dict())
    return whole.sort_values(keys, na_position="last", ignore_index=True)


def _exact(params: Params, workbook: Workbook, theme: str) -> pd.DataFrame:
    """The counts of tables whose sums are public as they are."""
    found = bases(params.themes[theme], params.measures, params.tables)
    keys = {base.key for base, _ in found if base.table.public == "sums" and not base.is_stock}
    frame: pd.DataFrame = read_table(cubes.read_bytes(workbook, theme)[theme]).to_pandas()
    return frame[frame["count"].isin(keys)]


def _placed(areas: Sequence[str], ledger: Ledger, levels: Iterable[str], seen: Collection[str]) -> list[str | None]:
    """The area of a leaf at each level, None at those for which what it shows is not published."""
    found = dict(zip(ledger.levels, areas, strict=True))
    return [(found.get(level) or None) if level in seen else None for level in levels]


def _slices(frame: pd.DataFrame, told: list[object], first: Month, last: Month) -> Iterator[tuple[str, str]]:
    """For each period the digest of what its public reports can see."""
    rows = frame.assign(until_month=frame["until_month"].astype("object").where(frame["until_month"].notna(), None))
    by_month = {
        int(str(month)): digest(group.astype(object).where(group.notna(), None).to_numpy().tolist())
        for month, group in rows.groupby("month", sort=True)
    }
    for number in range(first.index, last.index + 1):
        seen = [[month, said] for month, said in by_month.items() if number - HISTORY_MONTHS < month <= number]
        yield str(Month(number)), digest([told, seen])
