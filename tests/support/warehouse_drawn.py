"""Draws small warehouses as tables of text, and makes cubes and figures from them."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pandas as pd

from thematic.core.periods import Month
from thematic.core.workbook import Workbook
from thematic.cubes import cubes
from thematic.cubes.tallies import ThemeCubes
from thematic.extracts import warehouse
from thematic.measures.breakdowns import Setting
from thematic.measures.disclosure import Audience, Gate
from thematic.measures.evaluation import evaluate
from thematic.measures.figures import Figures
from thematic.params import Params, load_params
from thematic.params.schema import TABLES
from thematic.tools.sample.folder import fresh_sample

ROOT = Path(__file__).parents[2]
KINDS = {"date": "datetime64[s]", "whole": "Int64", "flag": "boolean", "number": "Float64"}
DERIVED = {"offence_group": "string", "offence_subgroup": "string", "aggravated": "boolean", "days_to_record": "Int64"}


def own_params() -> Params:
    return load_params(Workbook(ROOT))


def drawn(table: str, text: str, **defaults: object) -> pd.DataFrame:
    """Warehouse rows from a drawn table: a header, then a row a line, cells parted by `|`; blank is missing."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines[1:], columns=lines[0]).replace("", pd.NA)
    for name, value in defaults.items():
        if name not in frame:
            frame[name] = value
    return typed(table, frame)


def typed(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with every column of the warehouse's table, in its types; references numbered where absent."""
    declared = TABLES[table]
    kinds = {column.name: KINDS.get(column.kind, "string") for column in declared.columns}
    kinds |= DERIVED if table == "crimes" else {}
    if declared.reference not in frame:
        frame[declared.reference] = [f"{table}-{number}" for number in range(len(frame))]
    columns = {}
    for name, kind in kinds.items():
        values = frame[name] if name in frame else pd.Series(pd.NA, index=frame.index)
        if kind == "boolean":
            values = values.map({"Y": True, "N": False, True: True, False: False}, na_action="ignore")
        columns[name] = pd.to_datetime(values).dt.date if kind.startswith("datetime") else values.astype(kind)
    return pd.DataFrame(columns)


def facts(tables: dict[str, pd.DataFrame], history: str, latest: str, **changes: object) -> SimpleNamespace:
    told = {
        "key": "drawn",
        "title": "Drawn extract",
        "synthetic": False,
        "licence": None,
        "latest_period": latest,
        "history_from": dict.fromkeys(tables, history),
        "populations": None,
        "columns": {name: list(TABLES[name].names) for name in tables},
    }
    return SimpleNamespace(**{**told, **changes})


def theme_cubes(
    folder: Path,
    theme: str,
    tables: dict[str, pd.DataFrame],
    *,
    params: Params | None = None,
    history: str = "2017-04",
    latest: str = "2021-01",
    **changes: object,
) -> ThemeCubes:
    """Cubes made by the product from drawn warehouse tables."""
    workbook = Workbook(folder)
    workbook.warehouse.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        _write(frame, workbook.warehouse / f"{name}.parquet")
    quality = pd.DataFrame({"table": ["crimes"], "month": ["2020-01"], "status": ["kept"], "reason": [""], "n": [1]})
    quality.to_parquet(workbook.warehouse / "quality.parquet")
    told = facts(tables, history, latest, **changes)
    index = cubes.build(workbook, params or own_params(), told, lambda _: None)  # type: ignore[arg-type]
    return ThemeCubes.read(theme, index, cubes.read_bytes(workbook, theme))


def _write(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    dates = {name for table in TABLES.values() for name in (c.name for c in table.columns if c.kind == "date")}
    arrays = {
        name: pa.array([None if pd.isna(day) else day for day in values], pa.date32())
        if name in dates
        else pa.array(values)
        for name, values in frame.items()
    }
    pq.write_table(pa.table(arrays), path)


def figures(
    found: ThemeCubes,
    period: str,
    *,
    area: str = "force",
    audience: Audience = "internal",
    params: Params | None = None,
) -> Figures:
    params = params or own_params()
    setting = Setting(params, found, params.area(area), Month.parse(period))
    return evaluate(setting, Gate(params.disclosure, audience))


def sample_workbook(folder: Path) -> Workbook:
    """A workbook of its own in a folder, with the product's params and notebooks and the sample built."""
    for name in ("params", "notebooks", "data/reference"):
        shutil.copytree(ROOT / name, folder / name)
    workbook = Workbook(folder)
    params = load_params(workbook)
    told = warehouse.build(workbook, params, None, None, date(2026, 1, 1), lambda _: None, fresh_sample)
    cubes.build(workbook, params, told, lambda _: None)
    return workbook
