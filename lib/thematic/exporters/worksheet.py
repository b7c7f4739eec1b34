"""Turns a sheet into a worksheet by the Analysis Function's guidance: one marked table, and above it what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from io import BytesIO
from itertools import chain, count
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from thematic.displays import SHORTHAND, shorthand_in
from thematic.exporters.fields import GENERAL, Entry, Field, Number
from thematic.exporters.properties import writable
from thematic.exporters.sheets import CONTENTS, Sheet

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FONT = {"font_name": "Arial", "font_size": 12, "font_color": "automatic"}
HEADING, SUBHEADING = {"bold": True, "font_size": 16}, {"font_size": 14}
_HEAD = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
_LINK = {"font_color": "blue", "underline": True}
_BACK = "Back to the contents"
_LONGEST_TEXT, _LONGEST_LABEL = 32_000, 240
_NARROWEST, _WIDEST_FROZEN, _WIDEST = 8, 40, 60
_LETTER = 1.2
"""How wide a letter of the font is, in the workbook's unit."""
_LINE, _HIGHEST = 16.5, 409
"""How high a line of the font is, and the highest that a row can be, in points."""
_A4 = 9
_ALL_GRIDLINES = 2


class Book:
    """A workbook under way. `marking` is printed on every page; `colour` is the force's own, "" for none."""

    def __init__(self, marking: str, colour: str) -> None:
        from xlsxwriter import Workbook

        self._to = BytesIO()
        self._made = Workbook(self._to, _OPTIONS)
        self._looks: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.marking, self.colour = marking, colour

    def look(self, *parts: dict[str, Any]) -> Format:
        """The format of the workbook's font with the properties of all parts, the later ones first; each made once."""
        properties = {name: value for part in (_FONT, *parts) for name, value in part.items()}
        key = tuple(sorted(properties.items()))
        if key not in self._looks:
            self._looks[key] = self._made.add_format(properties)
        return self._looks[key]

    def page(self, name: str) -> Worksheet:
        """A new worksheet that prints on A4, as wide as the paper, with the marking; its tab in the force's colour."""
        page = self._made.add_worksheet(name)
        page.hide_gridlines(_ALL_GRIDLINES)
        if self.colour:
            page.set_tab_color(self.colour)
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)
        printed = self.marking.replace("&", "&&")
        page.set_header(f"&L&A&R{printed}")
        page.set_footer(f"&LPage &P of &N&R{printed}")
        return page

    def to_bytes(self) -> bytes:
        self._made.close()
        return self._to.getvalue()


def write(book: Book, sheet: Sheet, name: str) -> None:
    """A worksheet with one table, which is called `name`; the table's headings stay in view.

    No text becomes a formula or a link, whatever it begins with.
    """
    page = book.page(sheet.name)
    head = _above(book, page, sheet)
    labels = _labels(sheet.fields)
    _mark(book, page, head, labels, sheet, name)
    for place, each in enumerate(sheet.fields):
        _column(book, page, head + 1, place, each, sheet)
    page.freeze_panes(head + 1, min(1, len(sheet.fields) - 1))
    letters = [_letters(each, _WIDEST if place else _WIDEST_FROZEN) for place, each in enumerate(sheet.fields)]
    for place, width in enumerate(letters):
        page.set_column(place, place, width * _LETTER + 2)
    texts = [[_text(cell) for cell in each.cells] for each in sheet.fields]
    for place, row in enumerate([labels, *zip(*texts, strict=True)]):
        fit_row(page, head + place, row, letters)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    page.set_landscape()
    page.repeat_rows(head)


def _above(book: Book, page: Worksheet, sheet: Sheet) -> int:
    """What the table is, how the worksheet is laid out, its shorthand, the way back and its source, a row each; returns
    the row of the table's headings."""
    numbers = "".join(f" [note {number}]" for number in sheet.numbers)
    lines = [(sheet.title + numbers, HEADING)]
    lines += [(sheet.subtitle, SUBHEADING)] if sheet.subtitle else []
    lines += [(line, {}) for line in (sheet.instructions, *shorthand_in(sheet.texts))]
    place = len(lines)
    if sheet.name != CONTENTS:
        page.write_url(place, 0, f"internal:'{CONTENTS}'!A1", book.look(_LINK), _BACK)
        lines.append(("", {}))
    lines += [(f"Source: {sheet.source}", {})] if sheet.source else []
    for row, (text, look) in enumerate(lines):
        if text:
            page.write_string(row, 0, legible(text), book.look(look))
    return len(lines)


def _mark(book: Book, page: Worksheet, head: int, labels: Sequence[str], sheet: Sheet, name: str) -> None:
    """Marks the cells as a table, so that assistive technology reads its headings, and writes these."""
    own = {"font_color": book.colour, "bottom": 2, "bottom_color": book.colour} if book.colour else {}
    columns = [
        {"header": label, "header_format": book.look(_HEAD, _side(each), own)}
        for label, each in zip(labels, sheet.fields, strict=True)
    ]
    last = head + max(len(sheet.fields[0].cells), 1)
    shown = {"header_row": True, "autofilter": False, "style": None, "name": name, "columns": columns}
    page.add_table(head, 0, last, len(labels) - 1, shown)


def _side(each: Field) -> dict[str, Any]:
    return {"align": "right" if each.figures else "left", "valign": "top"}


def _column(book: Book, page: Worksheet, first: int, place: int, each: Field, sheet: Sheet) -> None:
    """The cells of a column: numbers in formats of their own, text in the commonest of these, links of the contents."""
    formats = Counter(cell.format for cell in each.cells if isinstance(cell, Number))
    usual = max(formats.items(), key=lambda item: item[1], default=(GENERAL, 0))[0]
    strong, links = set(sheet.strong), sheet.name == CONTENTS and not place

    @cache
    def look(format: str, is_strong: bool) -> Format:
        return book.look({"text_wrap": True, "num_format": format}, _side(each), {"bold": True} if is_strong else {})

    for row, cell in enumerate(each.cells):
        if isinstance(cell, Number):
            page.write_number(first + row, place, cell.value, look(cell.format, row in strong))
        elif links and cell not in SHORTHAND:
            linked = book.look({"text_wrap": True}, _side(each), _LINK)
            page.write_url(first + row, place, f"internal:'{cell}'!A1", linked, cell)
        elif cell.strip():
            page.write_string(first + row, place, legible(cell), look(usual, row in strong))
        else:
            page.write_blank(first + row, place, None, look(usual, row in strong))


def _labels(fields: Sequence[Field]) -> list[str]:
    """Headings as a workbook wants them: on one line, none empty, none alike."""
    taken: dict[str, str] = {}
    for place, each in enumerate(fields, start=1):
        label = legible(" ".join(each.label.split()))[:_LONGEST_LABEL] or f"Column {place}"
        other = (f"{label} ({number})" for number in count(2))
        label = next(name for name in chain([label], other) if name.casefold() not in taken)
        taken[label.casefold()] = label
    return list(taken.values())


def legible(text: str) -> str:
    """The text without what XML cannot hold, as long as a cell may be."""
    return writable(text)[:_LONGEST_TEXT]


def fit_row(page: Worksheet, row: int, texts: Sequence[str], letters: Sequence[float]) -> None:
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
