"""Turns a number of rows into a CSV of crimes with every column of the contract, about 0.3% of them bad."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import numpy as np
import yaml

from measuring.setting import ROOT

BLOCK = 1_000_000

_Columns = dict[str, np.ndarray]


def write_crimes(rows: int, path: Path, *, filled: bool) -> None:
    """Writes so many rows, each with a reference of its own: the same rows again and again after a million.

    `filled`: in no order, every cell filled in.
    """
    drawn = _crimes(min(rows, BLOCK))
    columns = _filled(drawn) if filled else drawn
    numbers = [int(reference) for reference in columns.pop("crime_ref")]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(zip(*(each.tolist() for each in columns.values()), strict=True))
    rests = buffer.getvalue().splitlines(keepends=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(["crime_ref", *columns]) + "\n")
        for first in range(0, rows, BLOCK):
            block = zip(numbers[: rows - first], rests, strict=False)
            file.writelines(f"07{first + number:010d},{rest}" for number, rest in block)


def _names(level: str) -> list[str]:
    """The names of a level's areas."""
    declared = yaml.safe_load((ROOT / "params" / "areas" / f"{level}.yaml").read_text(encoding="utf-8"))
    return [area["name"] for area in declared["areas"]]


def _filled(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rows in no order, with every cell filled in."""
    draw = np.random.default_rng(2)
    order = draw.permutation(len(columns["crime_ref"]))
    filled = {}
    for name, values in columns.items():
        some = values[values != ""]
        filled[name] = np.where(values == "", some[draw.integers(0, len(some), len(values))], values)[order]
    late = np.full(len(order), "2021-01-31", object)  # on or after the day of recording, whichever that is
    return filled | {"outcome_on": late, "cancelled_on": late}


def _crimes(rows: int) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(1)
    lpus, authorities = ([*_names(level), ""] for level in ("lpu", "local_authority"))
    codes = [line.split(",")[0] for line in (ROOT / "data/reference/offences.csv").read_text("utf-8").splitlines()[1:]]
    first, days = np.datetime64(date(2015, 1, 1)), 2200
    recorded = first + draw.integers(0, days, rows)
    has_outcome = draw.random(rows) < 0.7
    outcome_on = recorded + draw.integers(0, 20, rows)
    bad = draw.random(rows) < 0.003

    def pick(values: list[str], blank: float = 0.0) -> np.ndarray:
        chosen = np.array(values, object)[draw.integers(0, len(values), rows)]
        return np.where(draw.random(rows) < blank, "", chosen)

    def reference(letter: str, many: int) -> np.ndarray:
        return np.array([f"{letter}{number:09d}" for number in draw.integers(0, many, rows)], object)

    return {
        "crime_ref": np.arange(rows).astype(str).astype(object),
        "recorded_on": np.where(bad, "31/12/2019", recorded.astype(str)),
        "committed_on": np.datetime_as_string(recorded - draw.integers(0, 400, rows)),
        "cancelled_on": np.where(draw.random(rows) < 0.03, np.datetime_as_string(outcome_on), ""),
        "offence_code": pick(codes),
        "offence_title": pick(["Assault with injury", "Public fear, alarm or distress", "Harassment"]),
        "lpu": pick(lpus),
        "local_authority": pick(authorities),
        "lsoa_code": np.array([f"E0101{number:04d}" for number in draw.integers(2000, 9000, rows)], object),
        "longitude": np.array([f"{value:.5f}" for value in draw.uniform(-3, -2, rows)], object),
        "latitude": np.array([f"{value:.5f}" for value in draw.uniform(53, 54, rows)], object),
        "domestic": pick(["Y", "N", "N"]),
        "hate_strands": pick(["race", "religion;race", "disability", "sexual_orientation"], blank=0.95),
        "alcohol": pick(["Y", "N"], blank=0.1),
        "public_place": pick(["Y", "N"], blank=0.1),
        "outcome_code": np.where(has_outcome, pick([str(code) for code in range(1, 23)]), ""),
        "outcome_on": np.where(has_outcome, np.datetime_as_string(outcome_on), ""),
        "victim_ref": reference("V", rows // 2),
        "suspect_ref": reference("S", rows // 2),
        "victim_age": pick([str(age) for age in range(100)], blank=0.1),
        "victim_sex": pick(["Female", "Male"], blank=0.1),
        "victim_ethnicity": pick(["White", "Asian", "Black", "Mixed", "Not stated"], blank=0.2),
        "victim_disability": pick(["Y", "N", "Not stated"], blank=0.3),
        "victim_religion": pick(["Christian", "Muslim", "None", "Not stated"], blank=0.5),
        "victim_sexual_orientation": pick(["Heterosexual", "Gay or lesbian", "Not stated"], blank=0.5),
    }
