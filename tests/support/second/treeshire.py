"""Treeshire: a force with areas and tables that the product has never heard of, written as params/ and an extract."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

STAYS = {
    "title": "Stays",
    "row": "one stay",
    "reference": "stay_ref",
    "date": "arrived_on",
    "ends": "voided_on",
    "months": "any",
    "columns": {
        "stay_ref": {"kind": "reference", "filled": True},
        "arrived_on": {"kind": "date", "filled": True, "not_before": "history_floor"},
        "arrived_at": {"kind": "moment", "optional": True},
        "left_at": {"kind": "moment", "not_before": "arrived_at", "optional": True},
        "left_on": {"kind": "date", "optional": True},
        "voided_on": {"kind": "date"},
        "person_ref": {"kind": "reference", "optional": True},
        "age": {"kind": "whole", "low": 0, "high": 120, "personal": True, "optional": True},
        "group": {"kind": "code", "codes": {"a": "A", "b": "B"}, "optional": True},
        "reason": {
            "kind": "code",
            "codes": {1: "One", 2: "Two", 16: "Sixteen"},
            "groups": {"low": [1, 2]},
            "optional": True,
        },
        "ruled": {"kind": "code", "codes": {"yes": "Yes", "no": "No"}, "optional": True},
        "ruled_on": {"kind": "date", "optional": True},
        "tags": {"kind": "codes", "codes": {"x": "X", "y": "Y", "z": "Z"}, "optional": True},
        "note": {"kind": "text", "personal": True, "optional": True},
        "offence": {"kind": "code", "list": "offences", "optional": True},
        "meal": {"kind": "flag", "optional": True},
        "cost": {"kind": "number", "optional": True},
        "unit": {"kind": "area", "level": "unit"},
        "ward": {"kind": "area", "level": "ward", "optional": True},
    },
    "derived": {
        "weekday": {"weekday": "arrived_on"},
        "hour": {"hour": "arrived_at"},
        "age_band": {"bands": "age", "from": [0, 18, 25]},
        "minutes": {"minutes_from": "arrived_at", "to": "left_at"},
        "night": {"minutes_from": "arrived_at", "to": "left_at", "between": ["00:00", "08:00"]},
        "days": {"days_from": "arrived_on", "to": "left_on"},
        "kind": {"lookup": {"in": "offences", "by": "offence", "gives": "kind"}},
    },
    "breakdowns": {
        "group": {"column": "group", "heading": "Group"},
        "reason": {"column": "reason", "heading": "Reason", "as": {1: "few", 2: "few", 16: "many"}},
        "age_band": {"column": "age_band", "heading": "Age"},
        "weekday": {"column": "weekday", "heading": "Day"},
        "hour": {"column": "hour", "heading": "Hour"},
        "tag": {"column": "tags", "heading": "Tag"},
        "kind": {"column": "kind", "heading": "Kind", "order": "largest"},
        "said": {"filled": {"age": "age", "note": "note"}, "heading": "Said"},
        "group_by_meal": {"columns": ["group", "meal"], "heading": "Both"},
        "ruled": {"column": "ruled", "heading": "Ruled"},
    },
    "together": [["ruled", "ruled_on"]],
}
HOURS = {
    "title": "Hours",
    "row": "the hours of a unit in a month",
    "date": "month",
    "columns": {
        "month": {"kind": "date", "filled": True},
        "worked": {"kind": "number"},
        "planned": {"kind": "number"},
        "unit": {"kind": "area", "level": "unit"},
    },
    "derived": {"variance": {"difference": "worked", "less": "planned"}},
}
UNITS = {
    "title": "Unit", "plural": "Units", "short": "unit", "reports": True,
    "areas": {
        "north": {"name": "North", "population": {2019: 1000, 2020: 2000}, "population_by": {"group": {2020: {"a": 1500, "b": 500}}}},
        "south": {"name": "South", "population": {2020: 3000}, "valid_from": date(2019, 3, 1)},
    },
}  # fmt: skip
WARDS = {
    "title": "Ward", "plural": "Wards", "short": "ward", "reports": True,
    "areas": {
        "elm": {"name": "Elm", "in": "north"},
        "oak": {"name": "Oak", "in": "north", "valid_to": date(2020, 6, 30)},
        "fir": {"name": "Fir", "in": "south"},
        "trees": {"name": "Trees", "members": ["elm", "fir"], "of": "ward"},
    },
}  # fmt: skip
LEVELS = {"unit": UNITS, "ward": WARDS}
FORCE = {
    "name": "Treeshire Police",
    "marking": {"internal": "OFFICIAL-SENSITIVE", "public": "OFFICIAL"},
    "units": "unit",
    "says_nothing": ["not stated"],
    "nobody": ["NULL", "0"],
    "history_floor": date(2000, 1, 1),
}


def write_params(
    root: Path,
    tables: dict[str, Any],
    measures: dict[str, Any],
    themes: dict[str, Any],
    levels: dict[str, Any] = LEVELS,
) -> None:
    """Treeshire's params/ and data/reference/ under a folder; `themes` say what is not the same in all."""
    for name, table in tables.items():
        columns = {key: {"meaning": "drawn", **said} for key, said in table["columns"].items()}
        _write(root / f"params/tables/{name}.yaml", table | {"columns": columns})
    for name, level in levels.items():
        _write(root / f"params/areas/{name}.yaml", level)
    _write(root / "params/force.yaml", FORCE)
    for name, measure in measures.items():
        _write(root / f"params/measures/{name}.yaml", {"title": name, "definition": "drawn"} | measure)
    for name, theme in themes.items():
        said = {"title": name, "goal": name.upper(), "notebook": f"{name}.ipynb"}
        _write(root / f"params/themes/{name}.yaml", said | theme)
    reference = root / "data/reference/offences.csv"
    reference.parent.mkdir(parents=True, exist_ok=True)
    reference.write_text("code,kind\n8N,harm\n19C,grave\n49,theft\n", encoding="utf-8")


def write_extract(folder: Path, tables: dict[str, Any], rows: dict[str, pd.DataFrame], about: dict[str, Any]) -> None:
    """An extract's files: a CSV for each table, with every column that none may lack."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "extract.yaml", about)
    for name, frame in rows.items():
        needed = [column for column, said in tables[name]["columns"].items() if not said.get("optional")]
        frame.reindex(columns=list(dict.fromkeys([*needed, *frame]))).to_csv(folder / f"{name}.csv", index=False)


def _write(file: Path, said: Any) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
