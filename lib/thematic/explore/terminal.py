"""Turns the explanation of a figure into lines for a terminal, at most 96 characters wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from thematic.core.periods import Month, Window
from thematic.cubes.bases import is_share, sides_of
from thematic.explore.restricted import BANNER
from thematic.measures.figures import Figure, Number
from thematic.measures.windows import days_of
from thematic.params.measures import Count, MeasureOf, PopulationOf
from thematic.params.themes import MONTH, TOTAL
from thematic.params.worded import code, conditions

if TYPE_CHECKING:
    import pandas as pd

    from thematic.explore.explained import Account, Explanation

WIDTH = 96
_HEAD = 14
_NUMBER = 14
INTERNAL = "Internal: exact counts, and not for the public."
_MOST_ROWS = 200


def plain(text: object) -> str:
    """The text with every character that a terminal would act on written out, such as \\x1b."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(text))


def lines(explanation: Explanation) -> list[str]:
    """The explanation from the figure down to its months, and the rows where they were asked for."""
    return [plain(line) for line in _lines(explanation)]


def _lines(explanation: Explanation) -> Iterator[str]:
    yield from _figure(explanation)
    yield ""
    yield from _definition(explanation)
    for account in explanation.accounts:
        yield ""
        yield from _account(explanation, account)
    for side in explanation.disagreements:
        yield ""
        yield from _wrapped(
            f"The {side} that the rows give is not the report's. This is a fault of the product: report it."
        )
    for table, frame in explanation.shown:
        yield ""
        yield from _rows(table, frame)


def _figure(explanation: Explanation) -> Iterator[str]:
    data, figure, measure = explanation.data, explanation.figure, explanation.measure
    place = data.area.name if data.area.slug != "force" else data.params.force.name
    yield from _wrapped(f"{measure.title} ({figure.measure}): {place}, {data.period.label}{_of(explanation)}")
    yield INTERNAL
    yield ""
    yield from _pair("Figure", _value(figure.value, figure.status, figure.unit))
    yield from _pair("Window", _seen(explanation, 0))
    shown = _value(figure.previous_value, figure.change_status, figure.unit)
    yield from _pair("A year before", shown)
    yield from _pair("Its window", _seen(explanation, 1))
    yield from _pair("Change", _change(figure))
    if figure.lower_95 is not None:
        yield from _pair("95% interval", f"{figure.lower_95!r} to {figure.upper_95!r}")
    for reason in explanation.reasons:
        yield from _pair("Not available", f"{reason}.")
    others = [data.params.themes[each].goal for each in explanation.themes if each != data.theme_name]
    yield from _pair(
        "Report", f"{data.theme.title} ({data.theme.goal})" + (f"; also in {', '.join(others)}" if others else "")
    )


def _of(explanation: Explanation) -> str:
    figure, data = explanation.figure, explanation.data
    if figure.dimension == TOTAL:
        return ""
    label = data.label(figure.measure, figure.dimension, figure.category)
    return f", {data.heading(figure.measure, figure.dimension).lower()}: {label} ({figure.dimension}={figure.category})"


def _value(value: Number | None, status: str, unit: str) -> str:
    """The value as the CSV has it, to the last digit."""
    if value is None:
        return {"[x]": "[x] not available", "[z]": "[z] not applicable", "[c]": "[c] confidential"}.get(status, "none")
    return f"{value!r} {unit}" + (" ([low]: prints as almost nothing)" if status == "[low]" else "")


def _change(figure: Figure) -> str:
    if figure.change is None:
        said = {"[z]": "[z] none, for there was nothing before", "[x]": "[x] not available"}
        return said.get(figure.change_status, figure.change_status or "none")
    return f"{figure.change:+} {figure.change_unit}; {figure.trend or 'not tested, so there is no verdict'}"


def _seen(explanation: Explanation, place: int) -> str:
    window, as_at = explanation.windows[place], explanation.as_at[place]
    first, last = days_of(explanation.measure, window)
    span = _day(last) if first == last else f"{_day(first)} to {_day(last)}, both inclusive"
    return f"{span}; as the data stood at the end of {_day(as_at.last_day)}"


def _day(day: date) -> str:
    return f"{day.day} {Month.containing(day).label}"


def _definition(explanation: Explanation) -> Iterator[str]:
    data, measure = explanation.data, explanation.measure
    yield "What it is"
    yield from _wrapped(measure.definition, 2)
    sides = sides_of(measure, data.params.measures)
    if isinstance(measure.numerator, MeasureOf) and isinstance(measure.denominator, MeasureOf):
        yield from _pair("Numerator", f"the figure of {measure.numerator.measure}")
        yield from _pair("Denominator", f"the figure of {measure.denominator.measure}; explain each of the two")
    else:
        for name, side in zip(("Numerator", "Denominator"), sides, strict=False):
            if side is not None:
                yield from _pair(name, _side(explanation, side))
    if measure.unit == "percent":
        share = is_share(measure, data.theme, data.params.measures)
        yield from _pair("Basis", "a share: the numerator is part of the denominator" if share else
                         "a ratio: the numerator is not part of the denominator")  # fmt: skip
    rule = "Rows count that were recorded by the end of the window and not void by then; what came later is not seen."
    if explanation.figure.dimension == MONTH:
        rule = "Both months are seen from the end of the report's own period."
    yield from _pair("As at", rule)


def _side(explanation: Explanation, side: Count | PopulationOf) -> str:
    theme, tables = explanation.data.theme, explanation.data.params.tables
    if isinstance(side, PopulationOf):
        chosen = "".join(f" of {column} {category}" for column, category in side.population.items())
        return f"the people{chosen} who live in the area: {explanation.figure.denominator or 'not known'}"
    table = tables[theme.table_of(side.selection)]
    wheres = [each.where for each in theme.chain(side.selection) if each.where] + ([side.where] if side.where else [])
    said = [conditions(where, table) for where in wheres]
    said += [
        " or ".join(conditions(one, table) for one in each.any_of)
        for each in theme.chain(side.selection)
        if each.any_of
    ]
    said += [f"{code(side.names)} is filled in"] if side.names else []
    if side.repeats:
        said.append(f"the same {code(side.repeats.of)} is on a row 1 to {side.repeats.within_days} days before")
    said += [f"{code(side.standing)} is blank or later than the day"] if side.standing else []
    rows = f"rows of {theme.table_of(side.selection)} ({table.row})" + (f" where {' and '.join(said)}" if said else "")
    dated = side.dated if side.dated and theme.outcome_basis == "outcome" else table.date
    summed = f"the sum of {code(side.sum)} over {rows}" if side.sum else rows
    return f"{summed}, placed by {code(dated)}"


def _account(explanation: Explanation, account: Account) -> Iterator[str]:
    now, before = (_heading(window) for window in explanation.windows)
    title = explanation.data.params.tables[account.base.table_name].title
    yield (
        f"{account.side.capitalize()}: rows of {title}".ljust(WIDTH - 2 * _NUMBER)
        + f"{now:>{_NUMBER}}{before:>{_NUMBER}}"
    )
    out, out_before = sum(fate[1] for fate in account.fates), sum(fate[2] for fate in account.fates)
    yield from _numbered("rows that passed the checks", account.rows[0] + out, account.rows[1] + out_before)
    for reason, one, other in account.fates:
        yield from _numbered(f"less {reason}", one, other)
    yield from _numbered("rows counted", *account.rows)
    if account.base.count.sum is not None:
        yield from _numbered(f"the sum of {code(account.base.count.sum)} over them", *account.counted)
    if len(account.months) > 1:
        yield ""
        yield "By month".ljust(WIDTH - 2 * _NUMBER) + f"{'':>{_NUMBER}}{'a year before':>{_NUMBER}}"
        for month, size, _, earlier in account.months:
            yield from _numbered(Month.parse(month).label, size, earlier)


def _heading(window: Window) -> str:
    end = window.end.short_label.replace("\u00a0", " ")
    return end if window.start == window.end else f"to {end}"


def _numbered(text: str, *numbers: float) -> Iterator[str]:
    """A text, folded where it is long, with its numbers in columns at the right of its last line."""
    room = WIDTH - len(numbers) * _NUMBER - 2
    *first, last = textwrap.wrap(text, room, initial_indent="  ", subsequent_indent="    ") or [""]
    yield from first
    yield last.ljust(WIDTH - len(numbers) * _NUMBER) + "".join(f"{each:>{_NUMBER},}" for each in numbers)


def _pair(name: str, text: str) -> Iterator[str]:
    folded = textwrap.wrap(text, WIDTH - _HEAD - 2, break_long_words=False) or [""]
    yield f"  {name:<{_HEAD}}{folded[0]}"
    yield from (f"  {'':<{_HEAD}}{each}" for each in folded[1:])


def _wrapped(text: str, indent: int = 0) -> Iterator[str]:
    yield from textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent)


def _rows(table: str, frame: pd.DataFrame) -> Iterator[str]:
    """Each row under the banner: a line to a row, its cells as `column: value`, folded where they are many."""
    yield "*" * WIDTH
    yield BANNER
    yield "*" * WIDTH
    yield f"{len(frame):,} rows of {table} are counted:"
    for row in frame.head(_MOST_ROWS).itertuples(index=False):
        yield from textwrap.wrap("; ".join(_cells(frame.columns, row)), WIDTH, subsequent_indent="    ")
    if len(frame) > _MOST_ROWS:
        rest = f"{len(frame) - _MOST_ROWS:,} more are not shown"
        yield f'{rest}. All of them, in a notebook: explore.rows("{table}")'


def _cells(columns: Iterable[str], row: Iterable[Any]) -> Iterator[str]:
    import pandas as pd

    for name, value in zip(columns, row, strict=True):
        if not pd.isna(value):
            text = value.date().isoformat() if isinstance(value, pd.Timestamp) and value == value.normalize() else value
            yield f"{name} {plain(text)}"
