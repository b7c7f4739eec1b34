"""Draws small warehouses as tables of text, and makes cubes and figures from them."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from thematic.core.digests import digest, digest_bytes
from thematic.core.locking import alone
from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.cubes import Index
from thematic.extracts import warehouse
from thematic.measures.data import ReportData
from thematic.measures.figures import Figures
from thematic.measures.ledger import booking
from thematic.measures.ledger import released as released_counts
from thematic.measures.ledger.seen import seen_by
from thematic.measures.release import released
from thematic.params import Params, load_params
from thematic.params.declared import Audience
from thematic.params.tables import Days, Difference, Minutes, Table
from thematic.tools.sample.folder import fresh_sample

ROOT = Path(__file__).parents[2]
KINDS = {
    "date": pa.date32(),
    "moment": pa.timestamp("us"),
    "whole": pa.int64(),
    "flag": pa.bool_(),
    "number": pa.decimal128(18, 6),
}


@cache
def own_params() -> Params:
    return load_params(Workbook(ROOT))


def few_measures() -> Params:
    """The product's declarations with two measures of one theme: nothing else has to be counted."""
    params = own_params()
    measures = {"da_recorded": ("total", "month", "lpu", "offence"), "da_solved_pct": ("total", "rolling", "lpu")}
    theme = params.themes["domestic-abuse"].model_copy(update={"measures": measures, "hotspots": None})
    return replace(params, themes={"domestic-abuse": theme})


def reports_of(*areas: str) -> list[tuple[str, str]]:
    """Themes and areas (slugs) of which there is a report, of these areas: not every theme is reported for units."""
    params = own_params()
    asked = {slug: {area.slug for area in params.report_areas(slug)} for slug in params.themes}
    return [(slug, area) for slug in params.themes for area in areas if area in asked[slug]]


def types_of(table: Table) -> dict[str, pa.DataType]:
    """The type in which the warehouse keeps each column of a table."""
    types = {name: KINDS.get(column.kind, pa.string()) for name, column in table.columns.items()}
    for name, derived in table.derived.items():
        if name not in types:
            decimal = isinstance(derived, Minutes | Difference)
            types[name] = KINDS["number"] if decimal else pa.int64() if isinstance(derived, Days) else pa.string()
    return types


def drawn(table: str, text: str, params: Params | None = None, **defaults: object) -> pa.Table:
    """Warehouse rows from a drawn table: a header, then a row a line, cells parted by `|`; blank is missing.

    References are numbered where they are absent.
    """
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0]).replace("", None)
    for name, value in defaults.items():
        if name not in frame:
            frame[name] = value
    return typed((params or own_params()).tables[table], frame)


def typed(table: Table, frame: pd.DataFrame) -> pa.Table:
    """The frame with every column of the warehouse's table, in its types."""
    if table.reference is not None and table.reference not in frame:
        frame[table.reference] = [f"R{number}" for number in range(len(frame))]
    return pa.table({name: _array(frame, name, kind) for name, kind in types_of(table).items()})


def _array(frame: pd.DataFrame, name: str, kind: pa.DataType) -> pa.Array:
    values = list(frame[name]) if name in frame else [None] * len(frame)
    values = [None if pd.isna(value) else value for value in values]
    if pa.types.is_boolean(kind):
        return pa.array([None if value is None else value in ("Y", True) for value in values], kind)
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pa.array([None if value is None else pd.Timestamp(value).to_pydatetime() for value in values], kind)
    return pa.array([None if value is None else str(value) for value in values], pa.string()).cast(kind)


def facts(params: Params, tables: dict[str, pa.Table], history: str, latest: str, **changes: object) -> SimpleNamespace:
    told = {
        "key": "drawn",
        "title": "Drawn extract",
        "synthetic": False,
        "licence": None,
        "latest_period": latest,
        "history_from": dict.fromkeys(tables, history),
        "ends": dict.fromkeys(tables, latest),
        "gaps": {},
        "not_ended": [],
        "earlier": {},
        "populations": None,
        "absent": {},
        "kind": "extracts",
        "columns": {name: list(params.tables[name].all_names) for name in tables},
    }
    return SimpleNamespace(**{**told, **changes})


@dataclass(frozen=True)
class DrawnCubes:
    """The cubes of one theme, made by the product from drawn rows."""

    params: Params
    theme: str
    index: Index
    files: dict[str, bytes]


def theme_cubes(
    folder: Path,
    theme: str,
    tables: dict[str, pa.Table],
    *,
    params: Params | None = None,
    history: str = "2017-04",
    latest: str = "2021-01",
    **changes: object,
) -> DrawnCubes:
    """Cubes of one theme made by the product from drawn warehouse tables."""
    params = params or own_params()
    params = replace(params, themes={theme: params.themes[theme]})
    workbook = Workbook(folder)
    workbook.warehouse.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        pq.write_table(rows, workbook.warehouse / f"{name}.parquet")
    quality = pd.DataFrame({"table": ["crimes"], "month": ["2020-01"], "status": ["kept"], "reason": [""], "n": [1]})
    quality.to_parquet(workbook.warehouse / "quality.parquet")
    told = facts(params, tables, history, latest, **changes)
    index = cubes.build(workbook, params, told, lambda _: None)  # type: ignore[arg-type]
    return DrawnCubes(params, theme, index, cubes.read_bytes(workbook, theme))


def released_cubes(found: DrawnCubes) -> DrawnCubes:
    """What the public sees of drawn cubes, booked with the key of made-up data."""
    key = digest(
        [repr(found.params.disclosure), found.theme, found.index.key, *map(digest_bytes, found.files.values())]
    )
    if key not in _released:
        with TemporaryDirectory() as folder:
            workbook = Workbook(Path(folder))
            workbook.cubes.mkdir(parents=True)
            for name, data in found.files.items():
                (workbook.cubes / f"{name}.parquet").write_bytes(data)
            params = replace(found.params, themes={found.theme: found.params.themes[found.theme]})
            index = found.index.model_copy(update={"synthetic": True, "extract": "drawn"})
            booking.book(workbook, params, index, Month.parse(index.latest_period), lambda _: None, "drawn")
            public = released_counts.load_index(workbook)
            assert public is not None
            public = public.model_copy(update={"synthetic": found.index.synthetic})
            _released[key] = (public, released_counts.read_bytes(workbook, found.theme))
    index, files = _released[key]
    return DrawnCubes(found.params.with_whole_per_cents(), found.theme, index, files)


_released: dict[str, tuple[Index, dict[str, bytes]]] = {}


def report_data(found: DrawnCubes, period: str, area: str = "force", audience: Audience = "internal") -> ReportData:
    found = released_cubes(found) if audience == "public" else found
    place = found.params.area(area)
    return ReportData(found.params, found.theme, found.files, found.index, place, Month.parse(period), audience)


def figures(found: DrawnCubes, period: str, *, area: str = "force", audience: Audience = "internal") -> Figures:
    return released(report_data(found, period, area, audience))


def sample_workbook(folder: Path) -> Workbook:
    """A workbook of its own in a folder, with the product's params and notebooks and the sample built and booked.

    The first that is asked for in a run of the tests builds it, the others are copies.
    """
    shared = Path(os.environ["THEMATIC_TESTS_SHARE"])
    with alone(shared / "lock", lambda _: None):
        if not (shared / "whole").exists():
            _build_sample(shared / "workbook")
            (shared / "whole").touch()
    shutil.copytree(shared / "workbook", folder, dirs_exist_ok=True)
    return Workbook(folder)


def _build_sample(folder: Path) -> None:
    for name in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / name, folder / name)
    workbook = Workbook(folder)
    params = load_params(workbook)
    told = warehouse.build(workbook, params, None, None, date(2026, 1, 1), lambda _: None, fresh_sample)
    index = cubes.build(workbook, params, told, lambda _: None)
    seen_by("public", workbook, params, index, lambda _: None)
