"""Turns published figures into synthetic row-level extracts whose reports show these figures again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from thematic.core.errors import DataRefused
from thematic.core.periods import Month
from thematic.tools.sample.absences import sickness_cases_table
from thematic.tools.sample.calls import graded_incidents_table
from thematic.tools.sample.crimes import make_crimes
from thematic.tools.sample.detained import custody_table
from thematic.tools.sample.faults import with_faults
from thematic.tools.sample.monthly import (
    establishments_table,
    officer_forecast_table,
    pcso_surveys_table,
    speed_watch_table,
)
from thematic.tools.sample.orders import disclosures_table, notices_table, surveys_table
from thematic.tools.sample.own_areas import OwnAreas, in_own_areas
from thematic.tools.sample.places import Places
from thematic.tools.sample.posts import workforce_table
from thematic.tools.sample.reported import collisions_table, disruptions_table, missing_table, traffic_reports_table
from thematic.tools.sample.rest import all_crimes_table
from thematic.tools.sample.searches import searches_table
from thematic.tools.sample.sickness import sickness_hours_table
from thematic.tools.sample.tables import Table, incidents_table
from thematic.tools.sample.text import csv_bytes, write_whole
from thematic.tools.sample.timeline import Timeline

__all__ = ["write_sample"]


def write_sample(folder: Path, reference: Path, own: OwnAreas | None = None) -> None:
    """Writes crimes, incidents, protection_notices, disclosures, surveys and stop_searches as CSV, and extract.yaml.

    Rows run from `history_from` to `as_at` of `reference`/sample.yaml and are fitted to the published figures named
    there; a few duplicates, bad rows and odd spellings are among them on purpose. The same bytes on every machine. Its
    places go by the names of a force's `own` areas, where those are given.
    Raises DataRefused where the figures cannot be met.
    """
    spec = _load(reference / "sample.yaml")
    published, pack = (_load(reference / spec[name]) for name in ("published", "pack"))
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in _tables(spec, published, pack).items():
        write_whole(folder / f"{name}.csv", csv_bytes(with_faults(name, in_own_areas(table, own or {}), spec)))
    head = {"as_at": spec["as_at"], "history_from": spec["history_from"], "synthetic": True, "title": spec["title"]}
    write_whole(folder / "extract.yaml", yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000).encode())


def _tables(spec: dict[str, Any], published: dict[str, Any], pack: dict[str, Any]) -> dict[str, Table]:
    places = Places(spec)
    timeline = Timeline(Month.parse(spec["history_from"]), Month.containing(spec["as_at"]))
    domestic = published["domestic_abuse"]
    return {
        "crimes": all_crimes_table(make_crimes(spec, published, places, timeline), spec, pack, places, timeline),
        "incidents": incidents_table(spec, published, places, timeline),
        "protection_notices": notices_table(spec, domestic, places, timeline),
        "disclosures": disclosures_table(spec, domestic, places, timeline),
        "surveys": surveys_table(spec, published, pack, places, timeline),
        "stop_searches": searches_table(spec, pack, places, timeline),
        "graded_incidents": graded_incidents_table(spec, pack, places, timeline),
        "missing_episodes": missing_table(spec, pack, places, timeline),
        "custody_records": custody_table(spec, pack, places, timeline),
        "collisions": collisions_table(spec, pack, places, timeline),
        "traffic_reports": traffic_reports_table(spec, pack, places, timeline),
        "disruptions": disruptions_table(spec, pack, places, timeline),
        "workforce": workforce_table(spec, pack),
        "establishments": establishments_table(spec, pack, timeline),
        "officer_forecast": officer_forecast_table(spec, pack, timeline),
        "sickness_hours": sickness_hours_table(spec, pack, timeline),
        "sickness_cases": sickness_cases_table(spec, pack, timeline),
        "pcso_surveys": pcso_surveys_table(spec, pack, places, timeline),
        "speed_watch": speed_watch_table(spec, pack, places, timeline),
    }


def _load(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise DataRefused(
            f"{path.name}: not found in {path.parent.name}. The sample is made from it; restore the file."
        )
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded
