"""Reads the CSVs of public reports, and says what in them does not add up or says more than it may."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thematic.cubes.bases import base_of
from thematic.measures.ledger.plan import is_partition
from thematic.params import Params
from thematic.params.measures import Count

OWN = {"total", "month", "rolling", "force"}


@dataclass(frozen=True)
class Printed:
    """The count rows of one report: by measure and dimension, each category's count now and a year before."""

    area: str
    rows: dict[tuple[str, str], dict[str, tuple[int, int | None]]]


def printed(path: Path, side: str = "numerator") -> Printed:
    rows: dict[tuple[str, str], dict[str, tuple[int, int | None]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["unit"] in ("count", "percent", "per_1000", "per_10000") and row[side]:
                before = row["previous_value"] if row["unit"] == "count" else ""
                found = rows.setdefault((row["measure"], row["dimension"]), {})
                found[row["category"]] = (int(float(row[side])), int(float(before)) if before else None)
    return Printed(path.stem, rows)


def counts(params: Params, theme: str) -> Iterator[str]:
    """The measures of a theme that count rows and are public."""
    for name in params.themes[theme].measures:
        measure = params.measures[name]
        count = measure.numerator
        if measure.unit == "count" and isinstance(count, Count) and count.sum is None and count.standing is None:
            yield name


def wrong(params: Params, theme: str, folder: Path, base: int = 5) -> Iterator[str]:
    """What does not add up, or is no multiple, over the reports of a theme and period."""
    reports = {path.stem: printed(path) for path in sorted(folder.glob("*.csv"))}
    declared = params.themes[theme]
    for name in counts(params, theme):
        count = params.measures[name].numerator
        assert isinstance(count, Count)
        one = base_of(count, declared, params.tables)
        for slug, report in reports.items():
            total = report.rows.get((name, "total"), {}).get("total")
            for (measure, dimension), found in report.rows.items():
                if measure != name:
                    continue
                for category, pair in found.items():
                    if any(n is not None and (n % base or n < 0) for n in pair):
                        yield f"{slug} {name} {dimension} {category}: {pair}"
                parts = dimension == params.units and slug == "force"
                split = dimension not in OWN and dimension not in params.levels and is_partition(one, dimension)
                if total is not None and (parts or split):
                    for place in (0, 1):
                        known = [pair[place] for pair in found.values()]
                        if total[place] is not None and None not in known and sum(known) != total[place]:  # type: ignore[arg-type]
                            yield f"{slug} {name} by {dimension}: {sum(known)} and not {total[place]}"  # type: ignore[arg-type]
        force = reports.get("force")
        for level in params.levels:
            for area in params.areas(level):
                own = reports.get(area.slug)
                there = force and force.rows.get((name, level), {}).get(area.name)
                mine = own and own.rows.get((name, "total"), {}).get("total")
                if there and mine and there != mine:
                    yield f"{area.name} {name}: {mine} in its own report, {there} in the force's"


def shares_over_all(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["unit"] == "percent" and row["lower_95"] and float(row["value"]) > 100:
                    yield f"{path.stem} {row['measure']} {row['dimension']} {row['category']}: {row['value']}"
