"""Says why what data.police.uk publishes is not there: this download, or what places its rows, does not give it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from thematic.extracts.police_uk_files import OUTCOMES, STOPS, STREET, Kind, MonthFile
from thematic.params.tables import Table

FEEDS: dict[str, Kind] = {"crimes": STREET, "incidents": STREET, "stop_searches": STOPS}
"""By a table's name the kind of files that become its rows."""

_CRIMES, _OUTCOME = "crimes", ("outcome_type", "outcome_on")
_CALLED: dict[Kind, str] = {STREET: "crime", OUTCOMES: "outcomes", STOPS: "stop and search"}
_UNPLACED: dict[Kind, str] = {
    STREET: "the lookup of LSOAs has no column for {areas}: add one",
    STOPS: "the download gives points alone and there are no boundaries that place them in {areas}: bring boundaries",
}


def absences(
    files: Collection[MonthFile],
    tables: Mapping[str, Table],
    placed: Mapping[Kind, Collection[str]],
    areas: Mapping[str, str],
) -> dict[str, dict[str, str]]:
    """By table and column why it is not there, under "" why the table itself is not.

    `placed` are the levels in which files of a kind are placed, `areas` what the areas of each level are called.
    """
    there = {file.kind for file in files}
    found: dict[str, dict[str, str]] = {}
    for name, kind in FEEDS.items():
        if name in tables:
            levels = tables[name].levels.items()
            unplaced = {column: level for level, column in levels if level not in placed[kind]}
            why = {column: _UNPLACED[kind].format(areas=areas[level]) for column, level in unplaced.items()}
            found[name] = why if kind in there else {"": _no_files(kind)}
    if STREET in there and _CRIMES in tables and (why_none := _without_outcomes(files)):
        found[_CRIMES] |= dict.fromkeys(_OUTCOME, why_none)
    return {name: why for name, why in found.items() if why}


def _no_files(kind: Kind) -> str:
    return f"the download has no {_CALLED[kind]} files: download these too"


def _without_outcomes(files: Collection[MonthFile]) -> str:
    """Why outcomes are not counted; blank where they are."""
    of_outcomes = {file.month for file in files if file.kind == OUTCOMES}
    missing = sorted({file.month for file in files if file.kind == STREET} - of_outcomes)
    if not of_outcomes:
        return _no_files(OUTCOMES)
    if not missing:
        return ""
    span = missing[0] if len(missing) == 1 else f"{len(missing)} months ({missing[0]} to {missing[-1]})"
    return f"the download has no {_CALLED[OUTCOMES]} file of {span}: download these too"
