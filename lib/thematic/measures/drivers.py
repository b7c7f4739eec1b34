"""Finds which parts make up a change: arithmetic on released figures, never a test, and never a cause."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from thematic.core.areas import MISSING, NO_LOCATION
from thematic.core.periods import Month, Window
from thematic.measures.data import ReportData
from thematic.measures.figures import Figure, Figures
from thematic.measures.ledger.plan import is_partition
from thematic.params.themes import MONTH
from thematic.stats.verdict import NO_CLEAR_CHANGE, STABLE

LEAST, LEAST_IN_TIME = 50, 100
"""A smaller change is not said to be made up of parts, or to have come in some months."""
MOST_PARTS, MOST_MONTHS = 3, 4
MOST_AGAINST = 0.2
"""Parts that moved the other way, as a share of those that moved with the change, beyond which no share is given."""
ENOUGH = 0.6
"""The share of a change that its named parts must reach."""
BEYOND = 1.25
"""How much larger that share must be than the parts' share of the year before: else they moved as all did."""
ALIKE = 5.0
"""Parts all of whose changes lie within so many per cent points of one another rose (or fell) alike."""
LEAST_PUBLIC = 25
"""What a part must have moved to be named in a public report, whose numbers are rounded."""
EVENT_DAYS = 7
"""Days of an event within a month from which on it is a month of that event."""

Kind = Literal["make up", "named", "spread", "alike", "months"]


@dataclass(frozen=True)
class Part:
    """A part of a count: its name, and how many there were in the window a year before and in the window."""

    name: str
    before: float
    now: float

    @property
    def change(self) -> float:
        return self.now - self.before


@dataclass(frozen=True)
class Driver:
    """What a change is made of, in one dimension.

    `make up`: `parts` make up most of it. `named`: parts went both ways; those named went with it, `against` did not.
    `spread`: over many, of which `parts` has the largest. `alike`: all parts changed alike. `months`: most came in
    the months of `parts` (of the event of that `name`, or one after another).
    """

    kind: Kind
    dimension: str
    parts: tuple[Part, ...]
    change: float
    whole_before: float
    against: Part | None = None
    name: str = ""

    @property
    def part(self) -> float:
        """How much of the change the named parts are."""
        return sum(part.change for part in self.parts)

    @property
    def tells(self) -> float:
        """The share of the change that the parts are, over their share of the year before; 0 where they have none."""
        if self.kind not in ("make up", "months"):
            return 0.0
        earlier = sum(part.before for part in self.parts) / self.whole_before if self.whole_before else 0.0
        return (self.part / self.change) / earlier if earlier else float("inf")


def drivers(data: ReportData, figures: Figures, name: str, *, time: bool = True) -> list[Driver]:
    """What the change of a count, or of the numerator of a percentage, is made of, what tells most first.

    None where the change is Stable or No clear change, unknown, or of fewer than 50, and where a percentage rose though
    less was counted, or fell though more was, or where what it is of moved half as much. Breakdowns whose categories
    overlap, and levels that are not the force's units, are left out; so is where in an area's own report.
    """
    total, ends = figures.one(name), _ends(figures.one(name))
    if total.trend in (None, STABLE, NO_CLEAR_CHANGE) or ends is None or abs(_change(ends)) < LEAST:
        return []
    if total.change is None or total.change * _change(ends) <= 0 or _moved_with_its_base(total):
        return []
    found = []
    for dimension in data.theme.measures[name]:
        if not _parts_it(data, name, dimension):
            continue
        rows = [Part(_label(data, name, row), *pair) for row in figures.of(name, dimension) if (pair := _ends(row))]
        if len(rows) == len(figures.of(name, dimension)) and abs(sum(row.change for row in rows) - _change(ends)) < 0.5:
            found.append(made_of(dimension, rows, ends[0], is_public=data.rounding is not None))
    if time and abs(_change(ends)) >= LEAST_IN_TIME and MONTH in data.theme.measures[name]:
        found.append(_in_time(data, figures, name, ends))
    return sorted((each for each in found if each is not None), key=lambda each: -each.tells)


def _moved_with_its_base(total: Figure) -> bool:
    """Whether the denominator of a percentage moved half as much as its numerator, or more."""
    above, below = (total.numerator, total.earlier_numerator), (total.denominator, total.earlier_denominator)
    if total.unit != "percent" or not all(above) or not all(below):
        return False
    moved, base = (abs(math.log(float(now) / float(before))) for now, before in (above, below))  # type: ignore[arg-type]
    return base >= moved / 2


def _change(ends: tuple[float, float]) -> float:
    return ends[1] - ends[0]


def _ends(row: Figure) -> tuple[float, float] | None:
    """What a figure counts in the window before and in its own: of a percentage the numerators."""
    before, now = (row.previous_value, row.value) if row.unit == "count" else (row.earlier_numerator, row.numerator)
    return None if before is None or now is None else (float(before), float(now))


def _parts_it(data: ReportData, name: str, dimension: str) -> bool:
    """Whether each row of a count is in one category of a dimension, and one that can be named as a driver."""
    if dimension in data.params.levels:
        return dimension == data.params.units and data.area.is_force
    base = data.bases_of(name)[0]
    return dimension in base.table.breakdowns and base.count.filled is None and is_partition(base, dimension)


def _label(data: ReportData, name: str, row: Figure) -> str:
    return "" if row.category in (NO_LOCATION, MISSING) else data.label(name, row.dimension, row.category)


def made_of(dimension: str, parts: Sequence[Part], before: float, *, is_public: bool = False) -> Driver | None:
    """What a change is made of, its exclusive `parts` given; those without a name are counted and never named.

    None where nothing is to be said: the parts moved as they always do.
    """
    change = sum(part.change for part in parts)
    with_it = sorted((part for part in parts if part.change * change > 0), key=lambda part: -abs(part.change))
    against = sorted((part for part in parts if part.change * change < 0), key=lambda part: -abs(part.change))
    if not change or not with_it or len(parts) < 2:
        return None
    if _alike(parts):
        return Driver("alike", dimension, tuple(part for part in parts if part.name), change, before)
    least = LEAST_PUBLIC if is_public else 0
    if abs(sum(part.change for part in against)) > MOST_AGAINST * abs(sum(part.change for part in with_it)):
        named = tuple(part for part in with_it if part.name and abs(part.change) >= least)[:2]
        other = next((part for part in against if part.name and abs(part.change) >= least), None)
        return Driver("named", dimension, named, change, before, other) if named else None
    chosen = _enough(with_it, change)
    if chosen is None:
        largest = tuple(part for part in with_it if part.name and abs(part.change) >= least)[:1]
        return Driver("spread", dimension, largest, change, before) if largest else None
    found = Driver("make up", dimension, chosen, change, before)
    is_named = all(part.name and abs(part.change) >= least for part in chosen)
    return found if is_named and found.tells >= BEYOND else None


def _alike(parts: Iterable[Part]) -> bool:
    """Whether all parts changed by about as much, in per cent."""
    changes = [100 * part.change / part.before for part in parts if part.before]
    return len(changes) > 1 and max(changes) - min(changes) <= ALIKE


def _enough(parts: Sequence[Part], change: float) -> tuple[Part, ...] | None:
    """The largest parts until they are enough of a change; None where it takes more than three."""
    for number in range(1, min(MOST_PARTS, len(parts)) + 1):
        if sum(part.change for part in parts[:number]) / change >= ENOUGH:
            return tuple(parts[:number])
    return None


def _in_time(data: ReportData, figures: Figures, name: str, ends: tuple[float, float]) -> Driver | None:
    """The months in which most of a change came: those of an event, else the shortest run of up to four."""
    window = data.window(name)
    rows = {row.category: pair for row in figures.of(name, MONTH) if (pair := _ends(row))}
    months = [Part(str(month), *rows[str(month)]) for month in window.months if str(month) in rows]
    if len(months) != len(window.months) or abs(sum(part.change for part in months) - _change(ends)) >= 0.5:
        return None
    in_event = _event_months(data, window)
    runs = [("", [part for part in months if part.name in in_event])] if in_event else []
    runs += [
        ("run", months[start : start + size])
        for size in range(1, MOST_MONTHS + 1)
        for start in range(len(months) - size + 1)
    ]
    found = []
    for kind, run in runs:
        driver = Driver(
            "months", MONTH, tuple(run), _change(ends), ends[0], name="" if kind else _events(data, in_event)
        )
        if driver.part / driver.change >= ENOUGH and driver.tells >= BEYOND and len(run) < len(months):
            found.append(driver)
    if not found:
        return None
    return min(found, key=lambda each: (not each.name, len(each.parts), -each.part / each.change))


def _event_months(data: ReportData, window: Window) -> dict[str, list[str]]:
    """The months of a window that have a week or more of an event, with the events' names."""
    found: dict[str, list[str]] = {}
    for month in window.months:
        for event in data.params.events.events:
            first, last = max(event.start, month.first_day), min(event.end, month.last_day)
            if (last - first).days + 1 >= EVENT_DAYS:
                found.setdefault(str(month), []).append(event.name)
    return found


def _events(data: ReportData, months: dict[str, list[str]]) -> str:
    """What the events of some months are called together: the word that their names share, or their names."""
    names = list(dict.fromkeys(name for each in months.values() for name in each))
    shared: Collection[str] = set.intersection(*(set(name.split()) for name in names)) if names else set()
    last = [word for word in names[0].split() if word in shared] if names else []
    return " ".join(last) or " and ".join(names)


def months_of(driver: Driver) -> list[Month]:
    """The months of a driver in time, in order."""
    return [Month.parse(part.name) for part in driver.parts]
