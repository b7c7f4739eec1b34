"""Turns the coordinates of rows into hexagons, as ibis expressions, and all rows together into the force's ground."""

from __future__ import annotations

from collections.abc import Iterable
from math import pi, sqrt

import ibis
import ibis.expr.types as ir
import pandas as pd

from thematic.core.hexagons import EARTH_KM, MERIDIAN

GROUND_COLUMNS = ["hexagon_km", "cell", "unit", "month"]
GROUND_ROWS = 10
"""How many rows of any kind a hexagon must have had to be on a map: so that a map of something rare does not tell by
its ground where something has happened."""


def located(rows: ir.Table) -> ir.Table:
    """The rows with coordinates; 0, 0 is what some systems write for none."""
    return rows.filter(rows.longitude.notnull() & rows.latitude.notnull(), (rows.longitude != 0) | (rows.latitude != 0))


def cell(rows: ir.Table, width_km: float) -> ir.StringValue:
    """The name of the hexagon that each row's coordinates lie in (thematic.core.hexagons), of a width in km.

    In the three directions of the grid the steps add to 0; rounding breaks that, and the step that was rounded the
    furthest is mended. Halves are rounded up, for engines differ in what their own `round` makes of them.
    """
    latitude = rows.latitude.cast("float64") * (pi / 180)
    east = EARTH_KM * latitude.cos() * (rows.longitude.cast("float64") - MERIDIAN) * (pi / 180)
    north = EARTH_KM * latitude
    up = north / (width_km * sqrt(3) / 2)
    right = east / width_km - up / 2
    back = -right - up
    steps = {name: (step + 0.5).floor().cast("int64") for name, step in (("right", right), ("up", up), ("back", back))}
    off_right, off_up, off_back = (
        (step - exact).abs() for step, exact in zip(steps.values(), (right, up, back), strict=True)
    )
    is_right = (off_right > off_up) & (off_right > off_back)
    is_up = ~is_right & (off_up > off_back)
    first = ibis.ifelse(is_right, -steps["up"] - steps["back"], steps["right"])
    second = ibis.ifelse(is_up, -steps["right"] - steps["back"], steps["up"])
    return first.cast("string") + "," + second.cast("string")


def ground(tables: Iterable[tuple[ir.Table, str, str]], width_km: float) -> pd.DataFrame:
    """The hexagons of the force's ground (GROUND_COLUMNS), a row to each.

    `tables` are those with coordinates, each with the names of its date and of the column with its unit. A hexagon is
    there from the month in which it has had GROUND_ROWS rows with a unit, and is the unit's that most of them name (by
    name where two name as many).
    Months are numbered as in the cubes.
    """
    counted = [_counted(rows, date, unit, width_km).to_pandas() for rows, date, unit in tables]
    nothing = pd.DataFrame({"hexagon_km": [], "cell": [], "unit": [], "month": []})
    if not counted:
        return _typed(nothing)
    counts = pd.concat(counted, ignore_index=True)
    months = counts.groupby(["cell", "month"])["n"].sum()
    so_far = months.groupby("cell").cumsum()
    reached = so_far[so_far >= GROUND_ROWS].reset_index().groupby("cell")["month"].min().rename("reached")
    seen = counts.merge(reached, on="cell")
    seen = seen[seen["month"] <= seen["reached"]]
    held = seen.groupby(["cell", "reached", "unit"])["n"].sum().reset_index()
    most = held.sort_values(["cell", "n", "unit"], ascending=[True, False, True]).drop_duplicates("cell")
    return _typed(most.assign(hexagon_km=width_km).rename(columns={"reached": "month"}))


def _counted(rows: ir.Table, date: str, unit: str, width_km: float) -> ir.Table:
    there = located(rows)
    placed = there.filter(there[unit].notnull())
    day = placed[date]
    month = (day.year() * 12 + day.month() - 1).cast("int32")
    return placed.group_by(cell=cell(placed, width_km), unit=placed[unit], month=month).aggregate(n=ibis._.count())


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    types = {"hexagon_km": "float64", "cell": "string", "unit": "string", "month": "int32"}
    return frame[GROUND_COLUMNS].astype(types).reset_index(drop=True)
