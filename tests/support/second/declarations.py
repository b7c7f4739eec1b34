"""Reads params/ through its models: force, levels of areas, code lists, tables, measures (families filled in), themes."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from thematic.params.areas import Level
from thematic.params.measures import Measure
from thematic.params.tables import Lookup, Table
from thematic.params.themes import Theme

CodeRows = dict[str, dict[str, str]]
NOBODY = ("NULL", "N/A", "NONE", "UNKNOWN", "0", "-")


@dataclass(frozen=True)
class Force:
    """What the figures need of params/force.yaml."""

    name: str
    units: str
    time_zone: str = "Europe/London"
    history_floor: date = date(2000, 1, 1)
    says_nothing: frozenset[str] = frozenset()
    nobody: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Declarations:
    """All that is declared: levels, tables, measures and themes by name; of a code list its rows by code."""

    force: Force
    levels: dict[str, Level]
    lists: dict[str, CodeRows]
    tables: dict[str, Table]
    measures: dict[str, Measure]
    themes: dict[str, Theme]


def read_declarations(params: Path, reference: Path) -> Declarations:
    """Everything under a folder params/, with the code lists of a folder data/reference/."""
    tables = {file.stem: Table.model_validate(_yaml(file)) for file in sorted((params / "tables").glob("*.yaml"))}
    return Declarations(
        force=_force(_yaml(params / "force.yaml")),
        levels={file.stem: Level.model_validate(_yaml(file)) for file in sorted((params / "areas").glob("*.yaml"))},
        lists={name: _code_list(name, params, reference) for name in _lists_of(tables)},
        tables=tables,
        measures=_measures(params / "measures"),
        themes={file.stem: Theme.model_validate(_yaml(file)) for file in sorted((params / "themes").glob("*.yaml"))},
    )


def declarations_of(params: Any) -> Declarations:
    """The same of the product's own Params, for tests that change it in memory."""
    force = params.force
    return Declarations(
        force=Force(
            name=force.name,
            units=force.units,
            time_zone=str(force.time_zone),
            history_floor=force.history_floor,
            says_nothing=_words(force.says_nothing),
            nobody=_words(force.nobody),
        ),
        levels=dict(params.levels),
        lists={name: dict(found.rows) for name, found in params.lists.items()},
        tables=dict(params.tables),
        measures=dict(params.measures),
        themes=dict(params.themes),
    )


def _yaml(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _words(words: Any) -> frozenset[str]:
    return frozenset(str(word).strip().casefold() for word in words)


def _force(said: dict[str, Any]) -> Force:
    return Force(
        name=said["name"],
        units=said["units"],
        time_zone=said.get("time_zone", "Europe/London"),
        history_floor=said.get("history_floor", date(2000, 1, 1)),
        says_nothing=_words(said.get("says_nothing", [])),
        nobody=_words(said.get("nobody", NOBODY)),
    )


def _lists_of(tables: dict[str, Table]) -> list[str]:
    """The names of the code lists that any table uses."""
    used = [column.list for table in tables.values() for column in table.columns.values() if column.list]
    used += [
        derived.lookup.source
        for table in tables.values()
        for derived in table.derived.values()
        if isinstance(derived, Lookup)
    ]
    return sorted(set(used))


def _code_list(name: str, params: Path, reference: Path) -> CodeRows:
    """The rows of data/reference/<name>.csv; a force's own file of that name adds to them or replaces them."""
    rows: CodeRows = {}
    for file in (reference / f"{name}.csv", params / "lists" / f"{name}.csv", params / f"{name}.csv"):
        if file.exists():
            with file.open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines)
                heading = list(reader.fieldnames or [])
                key = "code" if "code" in heading else heading[0]
                rows |= {row[key].strip(): {k: (v or "").strip() for k, v in row.items() if k} for row in reader}
    return rows


def _measures(folder: Path) -> dict[str, Measure]:
    """Every measure: those of the families first, with the keys that a file of their name replaces."""
    said: dict[str, dict[str, Any]] = {}
    for family in sorted((folder / "_families").glob("*.yaml")):
        declared = _yaml(family)
        for selection, words in declared["for"].items():
            known = {"selection": selection, **(words or {})}
            said |= {_filled(name, known): _filled(measure, known) for name, measure in declared["measures"].items()}
    for file in sorted(folder.glob("*.yaml")):
        said[file.stem] = {**said.get(file.stem, {}), **(_yaml(file) or {})}
    return {name: Measure.model_validate(measure) for name, measure in sorted(said.items())}


def _filled(said: Any, words: dict[str, str]) -> Any:
    """A family's text, list or mapping with every {word} filled in."""
    if isinstance(said, str):
        return re.sub(r"\{(\w+)\}", lambda found: str(words.get(found[1], found[0])), said)
    if isinstance(said, list):
        return [_filled(each, words) for each in said]
    if isinstance(said, dict):
        return {_filled(key, words): _filled(value, words) for key, value in said.items()}
    return said
