"""Puts problems that one cause gives in many places into one line: a level or a breakdown that is not declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from thematic.core.errors import Problem
from thematic.params.checks.names import close_to

GUIDE = "docs/adopt-for-another-force.md"


@dataclass(frozen=True)
class Undeclared(Problem):
    """A place that names a level or a breakdown, `name`, which its table (by `table`'s title or file) does not have.

    `theme` and `measure` are blank where it is the table itself that names it.
    """

    name: str = ""
    table: str = ""
    theme: str = ""
    measure: str = ""


def by_cause(problems: Iterable[Problem], levels: Mapping[str, Any]) -> Iterator[Problem]:
    """The problems in their order, each cause once, where it first shows; one that shows in one place is as it was."""
    found = list(problems)
    absent = {each.name for each in found if isinstance(each, Undeclared) and not each.theme} - levels.keys()
    groups: dict[tuple[str, ...], list[Undeclared]] = {}
    for each in found:
        if isinstance(each, Undeclared):
            groups.setdefault(_cause(each, absent), []).append(each)
    for each in found:
        if not isinstance(each, Undeclared):
            yield each
        elif group := groups.pop(_cause(each, absent), None):
            yield each if len(group) == 1 else _level(group, levels) if each.name in absent else _breakdown(group)


def _cause(problem: Undeclared, absent: set[str]) -> tuple[str, ...]:
    return (problem.name,) if problem.name in absent else (problem.name, problem.table, problem.what)


def _level(group: list[Undeclared], levels: Mapping[str, Any]) -> Problem:
    name, asked = group[0].name, [each for each in group if each.theme]
    tables = sorted({each.table for each in group if not each.theme})
    which = f"{_number(len(tables), 'table')} ({', '.join(tables)})"
    names = f"{which} and {_measures(asked)} name it." if asked else f"{which} name it."
    close = close_to(name, levels, "Levels")
    fix = (
        f"Declare its areas in params/areas/{name}.yaml, or do without it ({GUIDE} says how): take its columns out of "
        f"params/tables, its name out of params/themes, and the cells that show it out of the notebooks. {close}"
    )
    return Problem("params/areas", f"there is no level '{name}'; {names}", fix)


def _breakdown(group: list[Undeclared]) -> Problem:
    what = f"{group[0].what.removesuffix('.')}; {_measures(group)} ask for it."
    return Problem("params/themes", what, group[0].fix)


def _measures(asked: list[Undeclared]) -> str:
    themes = list(dict.fromkeys(each.theme for each in asked))
    measures = len({(each.theme, each.measure) for each in asked})
    return f"{_number(measures, 'measure')} of {_number(len(themes), 'theme')} ({', '.join(themes)})"


def _number(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"
