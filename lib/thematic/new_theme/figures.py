"""Turns a table and the rows that a new theme counts into its measures: those that the table's own columns can give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from thematic.core.errors import ArgumentsRefused
from thematic.cubes.bases import POINT
from thematic.new_theme.phrases import (
    capitalised,
    counted,
    elapsed,
    group_phrase,
    in_words,
    label,
    less_void,
    rows_of,
    uncapitalised,
)
from thematic.params import Params
from thematic.params.conditions import Filled, Not, Where
from thematic.params.reading import nearest
from thematic.params.tables import ByColumn, ByFilled, Days, Difference, Lookup, Minutes, Table
from thematic.params.themes import MONTH, TOTAL

REPEAT_DAYS = 365
_SHORT_MEANING = 6
_SECTION_OF = {"known": "groups", "groups": "groups", "repeats": "repeats", "means": "times", "filled": "recorded"}
"""The section without which there is no use for the measures of a part; numbers and rates are in every report."""
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Proposal:
    """One measure to be: its name, what its file says, its breakdowns, and the part of the report that it is for.

    `part` is number, rate, known, groups, repeats, means or filled; `of` is the column or breakdown it is about.
    """

    name: str
    said: Mapping[str, Any]
    dimensions: Sequence[str]
    part: str
    of: str = ""


@dataclass(frozen=True)
class Subject:
    """What a new theme counts: rows of a table, under a title; `prefix` begins the names of its measures."""

    params: Params
    prefix: str
    title: str
    table_name: str
    where: Where
    by: Sequence[str]
    today: date
    sections: Sequence[str] | None = None
    """The sections that its notebook gets, by their names; None for all."""

    def wants(self, section: str) -> bool:
        return self.sections is None or section in self.sections

    @property
    def table(self) -> Table:
        return self.params.tables[self.table_name]

    @cached_property
    def rows(self) -> str:
        """The rows as a plural noun within a sentence."""
        return rows_of(self.table, self.title, bool(self.where))

    @property
    def has_rows(self) -> bool:
        """Whether a row is a thing that can be counted, and not a sum of others."""
        return self.table.reference is not None

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels of areas that the rows can be placed in, that of the units first."""
        return tuple(sorted(filter(self._places, self.params.levels), key=lambda level: level != self.params.units))

    def _places(self, level: str) -> bool:
        needed = {area.members_level or level for area in self.params.areas(level)}
        return needed <= set(self.table.levels)

    @cached_property
    def peopled(self) -> tuple[str, ...]:
        """Those of the levels whose areas all have a population; none where the force has none."""
        params = self.params
        if params.units not in self.levels or params.population(params.force_area, self.today) is None:
            return ()
        return tuple(
            level
            for level in self.levels
            if all(params.population(area, self.today) is not None for area in params.areas(level))
        )

    @property
    def has_points(self) -> bool:
        return self.has_rows and set(POINT) <= set(self.table.columns)

    @property
    def has_map(self) -> bool:
        return self.has_points and self.wants("map")

    @cached_property
    def proposals(self) -> tuple[Proposal, ...]:
        """The measures of the sections that are wanted, their names all different."""
        found: dict[str, Proposal] = {}
        for each in (
            *self._numbers(),
            *self._rate(),
            *self._groups(),
            *self._repeats(),
            *self._means(),
            *self._filled(),
        ):
            if self.wants(_SECTION_OF.get(each.part, "")) or each.part not in _SECTION_OF:
                found.setdefault(each.name, each)
        return tuple(found.values())

    def of_part(self, part: str, of: str | None = None) -> list[Proposal]:
        return [each for each in self.proposals if each.part == part and (of is None or each.of == of)]

    @property
    def grouped(self) -> tuple[str, ...]:
        """The columns of codes that have figures of their own."""
        return tuple(dict.fromkeys(each.of for each in (*self.of_part("groups"), *self.of_part("known"))))

    @property
    def splits(self) -> tuple[str, ...]:
        """The breakdowns of its numbers."""
        return tuple(name for name in self.by if not isinstance(self.table.breakdowns[name], ByFilled))

    def is_ranked(self, breakdown: str) -> bool:
        """Whether a breakdown's largest categories come first, so that the rest can be cut."""
        by = self.table.breakdowns[breakdown]
        return not isinstance(by, ByFilled) and by.order == "largest"

    def _name(self, *parts: str) -> str:
        return _NOT_A_NAME.sub("_", "_".join((self.prefix, *parts)).lower()).strip("_")

    def _count(self, **more: Any) -> dict[str, Any]:
        return {"selection": self.prefix, **more}

    @property
    def _in_window(self) -> str:
        """The rows of a window, as the beginning of a definition."""
        return counted(self.params, self.table, self.where) + less_void(self.table)

    def _ever(self, which: str) -> str:
        """The rows of any time of which something is true."""
        return counted(self.params, self.table, self.where, which, placed="of any date") + less_void(self.table)

    def _of_all(self, which: str = "") -> str:
        return f"Of the {uncapitalised(self._in_window)}{which}"

    def _numbers(self) -> Iterator[Proposal]:
        dimensions = (TOTAL, MONTH, *self.levels, *self.splits)
        if self.has_rows:
            said = {
                "title": capitalised(self.rows),
                "short": "Number",
                "subject": f"The number of {self.rows}",
                "definition": f"{self._in_window}.",
                "numerator": self._count(),
                "unit": "count",
            }
            yield Proposal(self._name("number"), said, dimensions, "number")
            return
        for column, words in self._sums():
            said = {
                "title": f"{capitalised(self.rows)}: {words}",
                "short": capitalised(words),
                "subject": f"The total of {words}{f' ({self.rows})' if self.where else ''}",
                "definition": f"{self._in_window}: the total of {words}.",
                "numerator": self._count(sum=column),
                "unit": "count",
            }
            yield Proposal(self._name(column), said, dimensions, "number", column)

    def _sums(self) -> Iterator[tuple[str, str]]:
        """The columns of numbers that add up, each with what a reader calls it."""
        for name, column in self.table.columns.items():
            if column.kind in {"whole", "number"} and not column.is_personal and name not in POINT:
                yield name, column.words if len(column.words.split()) <= _SHORT_MEANING else in_words(name)
        for name, derived in self.table.derived.items():
            if isinstance(derived, Difference):
                less, of = in_words(derived.less), in_words(derived.difference)
                yield name, f"{in_words(name)} ({of} less {less})"

    def _rate(self) -> Iterator[Proposal]:
        if not (self.has_rows and self.peopled):
            return
        people = [name for name in self.splits if self._has_people(name)]
        said = {
            "title": f"{capitalised(self.rows)} per 1,000 residents",
            "short": "Per 1,000 residents",
            "subject": f"The rate of {self.rows} per 1,000 residents",
            "definition": f"{self._in_window}, for every 1,000 people who live in the area.",
            "numerator": self._count(),
            "denominator": "population",
            "unit": "per_1000",
            "source": f"{self.source} and the populations of the areas",
            "caveats": [
                "People who do not live in the area are not in its population, though "
                f"{self.rows} that concern them are counted."
            ],
        }
        yield Proposal(self._name("rate_per_1000"), said, (TOTAL, *self.peopled, *people), "rate")

    def _has_people(self, breakdown: str) -> bool:
        by = self.table.breakdowns[breakdown]
        return isinstance(by, ByColumn) and self.params.counts_people_by(by.column)

    @property
    def source(self) -> str:
        return f"{self.table.title} extract"

    def _groups(self) -> Iterator[Proposal]:
        """Percentages of the groups of codes: of those that came to them in the window where a date says when; and then
        the number of those that came to any code."""
        if not self.has_rows:
            return
        given = dict(self.table.together)
        for column, declared in self.table.columns.items():
            if declared.kind != "code" or not isinstance(self.where.get(column), Filled | Not | None):
                continue
            if self._says_again(column):
                continue
            if column in given:
                yield self._known_from(column, given[column])
            for group in declared.groups:
                yield self._group(column, group, given.get(column))

    def _says_again(self, column: str) -> bool:
        """Whether a column has in other words what another column of codes with groups says."""
        derived = self.table.derived.get(column)
        origin = self.table.columns.get(derived.lookup.by) if isinstance(derived, Lookup) else None
        return origin is not None and bool(origin.groups)

    def _known_from(self, column: str, given: str) -> Proposal:
        """The number of rows whose column became known in the window."""
        words = label(self.params, self.table, column)
        by = [name for name in breakdowns_of(self.table, column) if not self.table.describes_people(column)]
        said = {
            "title": f"{capitalised(self.rows)} whose {words} became known",
            "short": f"{capitalised(words)} known",
            "subject": f"The number of {self.rows} whose {words} became known",
            "definition": self._ever(f"whose {words} became known in the window") + ".",
            "numerator": self._count(dated=given),
            "unit": "count",
            "caveats": [f"Those whose {words} is not known yet are not counted."],
        }
        return Proposal(self._name(in_words(column), "known"), said, (TOTAL, *by), "known", column)

    def _group(self, column: str, group: str, given: str | None) -> Proposal:
        words, short = label(self.params, self.table, column), in_words(group)
        codes = group_phrase(self.params, self.table, column, group)
        numerator: dict[str, Any] = {"where": {column: {"group": group}}}
        said: dict[str, Any] = {
            "title": f"{capitalised(self.rows)}: {short}",
            "short": capitalised(short),
            "subject": f"The percentage of {self.rows} whose {words} is in the group “{short}”",
            "definition": f"{self._of_all()}: the percentage whose {words} is {codes}.",
        }
        if given is not None:
            numerator["dated"] = given
            became = self._ever(f"whose {words} came to be {codes} in the window")
            said["definition"] = f"{became}, for every 100 in the window."
            said["caveats"] = [
                f"Counted by the date from which the {words} is known: the {self.rows} may be of an earlier time, "
                "so this is a ratio and not a share, and the groups need not add to 100%."
            ]
        said |= {"numerator": self._count(**numerator), "denominator": self._count(), "unit": "percent"}
        return Proposal(self._name(in_words(column), group, "pct"), said, (TOTAL, *self.levels), "groups", column)

    def _repeats(self) -> Iterator[Proposal]:
        """Percentages that name again what was named before, where both are known from the rows' own dates."""
        late = {name for pair in self.table.together for name in pair}
        if not self.has_rows or late & set(self.where):
            return
        for column, declared in self.table.columns.items():
            if declared.kind != "reference" or column == self.table.reference or column in late:
                continue
            who = in_words(column)
            said = {
                "title": f"{capitalised(self.rows)} with a repeat {who}",
                "short": f"Repeat {who}",
                "subject": f"The percentage of {self.rows} with a repeat {who}",
                "definition": self._of_all(f", that name the {who}")
                + f": the percentage whose {who} is named on another of them 1 to {REPEAT_DAYS} days "
                "before, anywhere in the force.",
                "numerator": self._count(names=column, repeats={"of": column, "within_days": REPEAT_DAYS}),
                "denominator": self._count(names=column),
                "unit": "percent",
                "caveats": [f"Those that do not name the {who} are left out of both sides."],
            }
            yield Proposal(self._name("repeat", who, "pct"), said, (TOTAL, *self.levels), "repeats", column)

    def _means(self) -> Iterator[Proposal]:
        """Means of elapsed times."""
        if not self.has_rows:
            return
        for column, derived in self.table.derived.items():
            if not isinstance(derived, Minutes | Days) or column in self.table.columns:
                continue
            words = in_words(column)
            said = {
                "title": f"{capitalised(self.rows)}: mean {words}",
                "short": f"Mean {words}",
                "subject": f"The mean of {words} of {self.rows}",
                "definition": f"{self._in_window}: the mean of {elapsed(self.table, column)}, where both are known.",
                "numerator": self._count(sum=column),
                "unit": "mean",
            }
            yield Proposal(self._name(column, "mean"), said, (TOTAL, *self.levels), "means", column)

    def _filled(self) -> Iterator[Proposal]:
        """Percentages in which the columns of a set say something."""
        if not self.has_rows:
            return
        for name in self.by:
            by = self.table.breakdowns[name]
            if not isinstance(by, ByFilled):
                continue
            listed = ", ".join(in_words(category) for category in by.filled)
            said = {
                "title": f"{by.heading}: percentage of {self.rows} in which it is recorded",
                "short": f"{by.heading}: recorded",
                "subject": f"The percentage of {self.rows} in which it is recorded",
                "definition": f"{self._of_all()}: the percentage in which each of these is recorded: {listed}.",
                "numerator": self._count(filled=name),
                "denominator": self._count(),
                "unit": "percent",
                "caveats": [
                    "Blank, and words that say nothing, such as “not known” (the list is in params/force.yaml), count "
                    "as not recorded."
                ],
            }
            yield Proposal(self._name(name, "recorded_pct"), said, (name,), "filled", name)


def breakdowns_of(table: Table, column: str) -> list[str]:
    """The breakdowns by one column."""
    return [name for name, by in table.breakdowns.items() if isinstance(by, ByColumn) and by.column == column]


def chosen_breakdowns(table: Table, asked: Sequence[str], where: Where) -> tuple[str, ...]:
    """The breakdowns asked for, or all of the table's that show nothing personal, that the selection leaves open and
    that are known from the first day.

    Raises ArgumentsRefused for one that the table does not declare.
    """
    names = [name.strip() for words in asked for name in words.split(",") if name.strip()]
    for name in names:
        if name not in table.breakdowns:
            known = {each: each for each in table.breakdowns}
            fix = nearest(name, known) if known else "Declare it under breakdowns: in the table's file."
            raise ArgumentsRefused(f"--by: {table.title.lower()} have no breakdown '{name}'. {fix}")
    if names:
        return tuple(dict.fromkeys(names))
    return tuple(name for name in table.breakdowns if _is_open(table, name, where))


def _is_open(table: Table, name: str, where: Where) -> bool:
    by = table.breakdowns[name]
    if isinstance(by, ByFilled):
        return True
    columns = (by.column,) if isinstance(by, ByColumn) else by.columns
    known_later = dict(table.together)
    return not any(table.describes_people(each) or each in where or each in known_later for each in columns)
