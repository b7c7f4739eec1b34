"""Turns the released counts behind several measures into a chart of what a whole was made of, this year and last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from thematic import charts
from thematic.core.errors import ArgumentsRefused
from thematic.displays import Cell, Chart, Column, DisplayTable, Format, Sentence, Value
from thematic.displays.wording import inline, listed
from thematic.measures.data import ReportData
from thematic.measures.disclosure import NOT_AVAILABLE
from thematic.measures.figures import Figures, Number
from thematic.params.conditions import Condition, Group, Values
from thematic.params.measures import Count, Measure
from thematic.params.themes import TOTAL
from thematic.report.beside import beside, checked, reason_note

_WHOLE_NUMBER = Format(0)
_OTHERS, _OTHERS_WITHHELD = "All others", "All others, with what is not shown"


def parts(data: ReportData, figures: Figures, whole: str, names: Sequence[str]) -> Chart | Sentence:
    """What a count was made of in its window and in that of the year before: a stacked bar of counts for each.

    `whole` is a count, and the parts are measures whose numerators are parts of it that share no row; what is left is
    drawn as all others. Percentages of something else add up to nothing, so the counts above their lines are stacked.
    A sentence where the whole has no figure. Raises ArgumentsRefused for measures that are no such parts.
    """
    checked(data, TOTAL, whole, *names)
    _refuse_what_is_no_part(data, whole, names)
    measure, found = data.measure(whole), _Found(data, figures, whole, tuple(names))
    if found.now.whole is None:
        reasons = beside(data, figures, TOTAL, whole)
        return Sentence(" ".join([f"{measure.title}: no chart of its parts can be drawn.", *reasons]))
    windows = [found.now, *([found.before] if found.before.whole is not None else [])]
    labels = [data.measure(name).short for name in names]
    is_whole = all(value is not None for window in windows for value in window.parts)
    others = _OTHERS if is_whole else _OTHERS_WITHHELD
    return charts.stacked(
        [*labels, others],
        [charts.Bar(f"{window.label}: {window.whole:,}", [*window.parts, window.others]) for window in windows],
        id=f"parts-{whole}".replace("_", "-"),
        title=_title(measure, found.now, labels),
        subtitle=f"{measure.title}, {data.area.name}, by kind",
        alt=_alt(windows, [*labels, others]),
        table=_table(found, [*labels, others]),
        notes=_notes(found),
        source=data.source,
    )


def _refuse_what_is_no_part(data: ReportData, whole: str, names: Sequence[str]) -> None:
    """Raises ArgumentsRefused unless the numerators go by one column of the whole's rows and share no code of it."""
    of = data.measure(whole)
    if of.unit != "count" or not isinstance(of.numerator, Count):
        raise ArgumentsRefused(f"'{whole}' is no count: name the count that the others are parts of.")
    if not 1 <= len(names) <= charts.MOST_PARTS:
        raise ArgumentsRefused(f"'{whole}': name 1 to {charts.MOST_PARTS} parts, not {len(names)}.")
    taken: dict[tuple[str, str], str] = {}
    for name in names:
        measure = data.measure(name)
        if (measure.window, measure.lag) != (of.window, of.lag):
            raise ArgumentsRefused(f"'{name}' has another window than '{whole}', so it is no part of it.")
        column, codes = _codes(data, whole, name)
        if any(column != other for other, _ in taken):
            raise ArgumentsRefused(f"'{name}' goes by {column}, the parts before it by another column.")
        if shared := next((code for code in codes if (column, code) in taken), None):
            both = f"'{taken[column, shared]}' and '{name}'"
            raise ArgumentsRefused(f"{both} both count {column} {shared}: parts of a whole have nothing in common.")
        taken.update({(column, code): name for code in codes})


def _codes(data: ReportData, whole: str, name: str) -> tuple[str, list[str]]:
    """The column by which the numerator of a measure is a part of a count, and the codes that it counts."""
    of, part = data.measure(whole).numerator, data.measure(name).numerator
    if isinstance(of, Count) and isinstance(part, Count):
        own = {column: said for column, said in part.where.items() if of.where.get(column) != said}
        if part.model_copy(update={"where": of.where}) == of and {*part.where} == {*of.where, *own} and len(own) == 1:
            (column, said), table = next(iter(own.items())), data.params.tables[data.table_of(whole)]
            groups = table.columns[column].groups if column in table.columns else {}
            if (codes := _named(said, groups)) is not None:
                return column, codes
    raise ArgumentsRefused(f"'{name}' counts no codes of one column of '{whole}', so it is no part of it.")


def _named(said: Condition, groups: dict[str, tuple[str, ...]]) -> list[str] | None:
    """The codes that a condition lets through; None where it is none of codes."""
    if isinstance(said, Values):
        return [str(value) for value in said.values]
    return [str(code) for code in groups[said.group]] if isinstance(said, Group) else None


@dataclass(frozen=True)
class _Window:
    """The released counts of one window: of the whole and of its parts (None: not there)."""

    label: str
    whole: Number | None
    parts: tuple[Number | None, ...]

    @property
    def others(self) -> Number | None:
        """What is left of the whole; never under 0, as it could be by rounding."""
        return None if self.whole is None else max(0, self.whole - sum(value or 0 for value in self.parts))


@dataclass(frozen=True)
class _Found:
    """The figures of a whole and its parts in a report."""

    data: ReportData
    figures: Figures
    whole: str
    names: tuple[str, ...]

    @property
    def now(self) -> _Window:
        label = self.data.window(self.whole).label
        found = tuple(self.figures.one(name).numerator for name in self.names)
        return _Window(label, self.figures.one(self.whole).value, found)

    @property
    def before(self) -> _Window:
        """The year before: a count of None is one that is not shown, as where a part of it is withheld."""
        label = self.data.window(self.whole).year_earlier.label
        found = tuple(self.figures.one(name).earlier_numerator for name in self.names)
        return _Window(label, self.figures.one(self.whole).previous_value, found)


def _title(measure: Measure, now: _Window, labels: Sequence[str]) -> str:
    """The largest of the named parts beside the whole; all of them where several are as large."""
    known = [(value, label) for value, label in zip(now.parts, labels, strict=True) if value]
    if not known or not now.whole:
        return f"{measure.title}: none of these in the {now.label}"
    most = max(value for value, _ in known)
    named = [_in_full(label) for value, label in known if value == most]
    each = "each " if len(named) > 1 else ""
    said = f"{listed(named)}: {most:,} {each}of {now.whole:,}"
    return f"{said[:1].upper()}{said[1:]}"


def _in_full(label: str) -> str:
    """A part as a sentence names it: `outcome 16 (victim does not support action)`."""
    of, _, what = label.rpartition(": ")
    return f"{inline(of)} ({inline(what)})" if of else inline(label)


def _alt(windows: Sequence[_Window], labels: Sequence[str]) -> str:
    told = []
    for window in windows:
        pairs = zip(labels, [*window.parts, window.others], strict=True)
        listed = "; ".join(f"{label} {value:,}" for label, value in pairs if value is not None)
        told.append(f"{window.label}, {window.whole:,} in all: {listed}.")
    return " ".join(["Stacked bars of counts." if len(windows) > 1 else "A stacked bar of counts.", *told])


def _table(found: _Found, labels: Sequence[str]) -> DisplayTable:
    now, before, measure = found.now, found.before, found.data.measure(found.whole)
    columns = [Column("Part", "left"), *(Column(window.label) for window in (now, before)), Column("Difference")]
    totals = [found.figures.one(name) for name in found.names]
    statuses = [*((each.status, each.change_status) for each in totals), ("", "")]
    pairs = zip(labels, statuses, [*now.parts, now.others], [*before.parts, before.others], strict=True)
    rows = [_row(label, value, earlier, status) for label, status, value, earlier in pairs]
    own = found.figures.one(found.whole)
    rows.append(_row(measure.title, now.whole, before.whole, (own.status, own.change_status)))
    return DisplayTable(
        f"parts-{found.whole}-numbers".replace("_", "-"), measure.title, columns, rows, emphasis=[len(rows) - 1]
    )


def _row(label: str, value: Number | None, earlier: Number | None, status: tuple[str, str]) -> list[Cell]:
    moved = None if value is None or earlier is None else value - earlier
    signs = [_sign(value, status[0]), _sign(earlier, status[1]), _sign(moved, status[0] or status[1])]
    cells = [Value(each, _WHOLE_NUMBER, sign) for each, sign in zip((value, earlier), signs, strict=False)]
    return [label, *cells, Value(moved, Format(0, signed=True), signs[2])]


def _sign(value: Number | None, status: str) -> str:
    """The shorthand in the place of a number that is not there."""
    return "" if value is not None else status or NOT_AVAILABLE


def _notes(found: _Found) -> list[str]:
    notes = [
        "Bars are counts, on one scale, and not the percentages given elsewhere: those are of what was recorded, and "
        "need not add up to 100%."
    ]
    if found.data.rounding is not None:
        notes.append("All others are what the rounded numbers leave of the rounded whole.")
    if found.before.whole is None:
        notes.append(f"There is no bar for the {found.before.label}: the number is not known or not shown.")
    reasons = [reason for name in found.names for reason in found.figures.reasons.get((name, TOTAL), [])]
    told = [*beside(found.data, found.figures, TOTAL, found.whole), *map(reason_note, reasons)]
    return list(dict.fromkeys([*notes, *told]))
