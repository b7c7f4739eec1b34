"""Turns a sheet into a worksheet: its table through gptables, and what else the worksheet needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, count
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from thematic.displays import SHORTHAND, shorthand_in
from thematic.exporters.fields import Entry, Field, Number
from thematic.exporters.properties import writable
from thematic.exporters.sheets import CONTENTS, Sheet

if TYPE_CHECKING:
    from gptables import GPTable, GPWorkbook
    from gptables.core.gptable import FormatList
    from gptables.core.wrappers import GPWorksheet

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""Those of the workbook that the worksheets are written to."""

_BACK = f"[Back to the contents](internal:'{CONTENTS}'!A1)"
_LONGEST_TEXT, _LONGEST_LABEL = 32_000, 240
_NARROWEST, _WIDEST_FROZEN, _WIDEST = 8, 40, 60
_LETTER = 1.2
"""How wide a letter of the theme (Arial 12) is, in the workbook's unit."""
_LINE, _HIGHEST = 16.5, 409
"""How high a line of the theme's letters is, and the highest that a row can be, in points."""
_A4 = 9


def write(book: GPWorkbook, sheet: Sheet, name: str, marking: str, colour: str = "") -> None:
    """A worksheet with one table, which is called `name`; the table's headings stay in view, in the `colour` of
    the force where it has one.

    No text becomes a formula or a link, whatever it begins with.
    """
    table = _table(sheet, name, colour)
    page = book.add_worksheet(sheet.name)
    page.write_gptable(table, auto_width=False)
    head = table.data_range[0]
    page.freeze_panes(head + 1, min(1, len(sheet.fields) - 1))
    letters = [_letters(each, _WIDEST if place else _WIDEST_FROZEN) for place, each in enumerate(sheet.fields)]
    for place, each in enumerate(letters):
        page.set_column(place, place, each * _LETTER + 2)
    labels, texts = _labels(sheet.fields), [[_text(cell) for cell in each.cells] for each in sheet.fields]
    for place, row in enumerate([labels, *zip(*texts, strict=True)]):
        fit_row(page, head + place, row, letters)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_landscape()
    page.repeat_rows(head)
    set_up(page, marking, colour)


def set_up(page: GPWorksheet, marking: str, colour: str = "") -> None:
    """How a worksheet prints: on A4, as wide as the paper, with the marking on every page; its tab in a colour."""
    if colour:
        page.set_tab_color(colour)
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    printed = marking.replace("&", "&&")
    page.set_header(f"&L&A&R{printed}")
    page.set_footer(f"&LPage &P of &N&R{printed}")


def _table(sheet: Sheet, name: str, colour: str) -> GPTable:
    from gptables import GPTable
    from pandas import DataFrame

    numbers = "".join(f" [note {number}]" for number in sheet.numbers)
    legend = [plain(line) for line in shorthand_in(sheet.texts)]
    links = sheet.name == CONTENTS
    cells = {
        label: [_link(cell) if links and not place and cell not in SHORTHAND else _cell(cell) for cell in each.cells]
        for place, (label, each) in enumerate(zip(_labels(sheet.fields), sheet.fields, strict=True))
    }
    return GPTable(
        DataFrame(cells, dtype=object),
        table_name=name,
        title=plain(sheet.title + numbers),
        subtitles=[plain(sheet.subtitle)] if sheet.subtitle else [],
        instructions=plain(sheet.instructions),
        legend=legend if links else [*legend, _BACK],
        source=plain(f"Source: {sheet.source}") if sheet.source else None,
        index_columns={},
        additional_formatting=[*_formats(sheet), *_heads(colour)],
    )


def _formats(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """How the columns, the cells and the rows that stand out look, on top of gptables' own theme.

    A cell is told of by itself only where its format is not the commonest of its column: that takes gptables long.
    """
    for place, each in enumerate(sheet.fields):
        formats = {row: cell.format for row, cell in enumerate(each.cells, start=1) if isinstance(cell, Number)}
        usual = max(Counter(formats.values()).items(), key=lambda item: item[1], default=("General", 0))[0]
        look = {"valign": "top", "align": "right" if each.figures else "left", "num_format": usual}
        yield {"column": {"columns": [place], "format": look, "include_names": True}}
        for row, format in formats.items():
            if format != usual:
                yield {"cell": {"cells": (row, place), "format": {"num_format": format}}}
    if sheet.strong:
        rows = [place + 1 for place in sheet.strong]
        yield {"row": {"rows": rows, "format": {"bold": True}, "include_names": True}}


def _heads(colour: str) -> Iterator[dict[str, Any]]:
    if colour:
        yield {"row": {"rows": [0], "format": {"font_color": colour, "bottom": 2, "bottom_color": colour}}}


def _labels(fields: Sequence[Field]) -> list[str]:
    """Headings as a workbook wants them: on one line, none empty, none alike."""
    taken: dict[str, str] = {}
    for place, each in enumerate(fields, start=1):
        label = legible(" ".join(each.label.split()))[:_LONGEST_LABEL] or f"Column {place}"
        other = (f"{label} ({number})" for number in count(2))
        label = next(name for name in chain([label], other) if name.casefold() not in taken)
        taken[label.casefold()] = label
    return list(taken.values())


def _cell(cell: Entry) -> Any:
    """What gptables writes: a number, nothing, or text that it takes for neither a link nor a mere sign."""
    if isinstance(cell, Number):
        return cell.value
    return run(cell) if cell.strip() else None


@lru_cache(maxsize=4096)
def run(text: str) -> FormatList:
    from gptables.core.gptable import FormatList

    return FormatList(plain(text))


def _link(cell: Entry) -> Any:
    return {cell: f"internal:'{cell}'!A1"}


def plain(text: str) -> list[Any]:
    """Text for gptables as one run without a format, in which it looks for no links."""
    return [{}, legible(text)]


def legible(text: str) -> str:
    """The text without what XML cannot hold; two dollars, with which gptables marks notes, do not touch."""
    return writable(text).replace("$$", "$\u2060$")[:_LONGEST_TEXT]


def fit_row(page: GPWorksheet, row: int, texts: Sequence[str], letters: Sequence[float]) -> None:
    """Makes a row as high as its longest cell needs in columns of so many letters: not every program does so itself."""
    lines = max((_lines(text, width) for text, width in zip(texts, letters, strict=True)), default=1)
    if lines > 1:
        page.set_row(row, min(lines * _LINE, _HIGHEST))


def _lines(text: str, letters: float) -> int:
    parts = text.split("\n")
    return sum(1 if len(part) <= letters else len(wrap(part, max(int(letters), 1))) for part in parts)


def _text(cell: Entry) -> str:
    return "" if isinstance(cell, Number) else cell


def _letters(each: Field, widest: int) -> float:
    """How many letters a column holds: its longest cell and its heading on two lines, up to a limit at which words
    wrap."""
    cells = [max(map(len, cell.split("\n"))) if isinstance(cell, str) else _shown(cell) for cell in each.cells]
    words = [len(word) for word in each.label.split()]
    needed = max(*cells, *words, len(each.label) / 2, _NARROWEST)
    return min(needed, widest)


def _shown(number: Number) -> int:
    """How many letters a number takes, about."""
    return len(f"{number.value:,.2f}") + number.format.count('"')
