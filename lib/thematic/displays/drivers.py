"""Turns what a change is made of into words: how much of it which parts make up, and never why."""

from __future__ import annotations

from collections.abc import Sequence

from thematic.core.periods import Month
from thematic.measures.drivers import Driver, Part, months_of

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def behind(driver: Driver, kinds: str) -> str:
    """What a change is made of, in a few words; `kinds` is what the parts are called together (`Local Policing Units`).

    `North and South: 195 of the 271 more`; `North +156, South +87; West -63`.
    """
    more = "more" if driver.change > 0 else "fewer"
    match driver.kind:
        case "make up":
            return f"{joined([part.name for part in driver.parts])}: {_of(driver)} {more}"
        case "months":
            if not driver.name:
                return f"{span(months_of(driver))}: {_whole(_now(driver))} after {_whole(_before(driver))}"
            number = in_words(len(driver.parts))
            return f"{number[:1].upper()}{number[1:]} {driver.name} {_months(driver)}: {_of(driver)} {more}"
        case "named":
            against = f"; {_signed(driver.against)}" if driver.against else ""
            return f"{', '.join(map(_signed, driver.parts))}{against}"
        case "alike":
            return f"All {kinds} {'rose' if driver.change > 0 else 'fell'} alike"
    return f"Spread over many; the largest {_signed(driver.parts[0])}"


def joined(names: Sequence[str]) -> str:
    """Names in a row: `North and South`, `North, South and West`; apart by semicolons where one has a comma."""
    apart = "; " if any(", " in name for name in names) else ", "
    return names[0] if len(names) == 1 else f"{apart.join(names[:-1])} and {names[-1]}"


def span(months: Sequence[Month]) -> str:
    """Months one after another as a sentence has them: `June 2020`, `June and July 2020`, `June to August 2020`."""
    first, last = months[0], months[-1]
    if len(months) == 1:
        return first.label
    word = "and" if len(months) == 2 else "to"
    start = first.label.split()[0] if first.year == last.year else first.label
    return f"{start} {word} {last.label}"


def spans(months: Sequence[Month]) -> str:
    """Months with gaps between them: `March to June 2020, November 2020 and January 2021`."""
    runs: list[list[Month]] = []
    for month in sorted(months, key=lambda each: each.index):
        if runs and month.index == runs[-1][-1].index + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    return joined([span(run) for run in runs])


def in_words(number: int) -> str:
    """A number as prose has it: up to twelve in words."""
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"


def _of(driver: Driver) -> str:
    return f"{_whole(abs(driver.part))} of the {_whole(abs(driver.change))}"


def _now(driver: Driver) -> float:
    return sum(part.now for part in driver.parts)


def _before(driver: Driver) -> float:
    return sum(part.before for part in driver.parts)


def _months(driver: Driver) -> str:
    return "month" if len(driver.parts) == 1 else "months"


def _signed(part: Part) -> str:
    return f"{part.name} {part.change:+,.0f}"


def _whole(value: float) -> str:
    return f"{value:,.0f}"
