"""Turns an executed notebook into one HTML page that asks nothing of the network."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection, Iterator
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from mistune import BlockState
from nbformat import NotebookNode

from thematic.core.look import HOUSE, Look
from thematic.core.naming import slug
from thematic.core.palette import worn
from thematic.displays import Chart, DisplayTable, SignedTable, notes_html
from thematic.displays.markdown import Renderer, Token
from thematic.exporters import document, fitting, formulas
from thematic.exporters.blocks import Block, Equation, Heading, LeftOut, Note, Picture, Plain, Prose, Section, Shown
from thematic.exporters.downloads import download
from thematic.exporters.policy import policy
from thematic.exporters.reading import ReadingExporter
from thematic.exporters.typeface import FACES, style_of
from thematic.exporters.ways import address, ways_from

_NAMED = re.compile(r'(?<= id=")[^"]+|(?<=href="#)[^"]+|(?<=url\(#)[^)]+')
"""Names within a drawing, where they are given and where they are referred to."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

HERE = Path(__file__).parent
FORMATS = "thematic_formats"
"""The resource that names the formats a page is made along with."""


class HtmlExporter(ReadingExporter):
    """`jupyter nbconvert --to thematic_html executed.ipynb` writes `executed.html`."""

    export_from_notebook = "Thematic report (HTML)"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and the resources. Raises UserError as `document.read` does."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return page(document.read(nb), resources.get(FORMATS, ())), resources


def page(report: document.Document, formats: Collection[str] = ()) -> str:
    """The document as a whole page: style, typeface and charts within it; its policy lets nothing run or be fetched.

    `formats` are those of the files that are made along with it, where it goes into a folder with a catalogue.
    """
    with worn(report.look.palette):
        return _page(report, formats)


def _page(report: document.Document, formats: Collection[str]) -> str:
    template = _templates().get_template("report.html.j2")
    notes = [(note, _note(note)) for note in report.notes]
    parts = {"report": report, "blocks": _blocks(report), "notes": notes, "ways": ways_from(report.cover, formats)}
    style = _style(report.look)
    text = template.render(**parts, style=style, policy=Markup(policy(style)))
    return _CONTROLS.sub("", text)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    folder = FileSystemLoader(HERE / "templates")
    made = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["address"] = address
    return made


def _style(look: Look) -> Markup:
    """The style sheet, the force's face in front of it."""
    return _house_style() if look == HOUSE else _style_of(look)


@lru_cache(maxsize=1)
def _house_style() -> Markup:
    return _style_of(HOUSE)


def _style_of(look: Look) -> Markup:
    """The style sheet, the typeface in front of it, the cards of tables that do not fit after it."""
    sheet, cards = ((HERE / "templates" / name).read_text(encoding="utf-8") for name in ("report.css", "cards.css"))
    return Markup("\n".join([style_of(look, *FACES), sheet, fitting.style(cards)]))


def _data_uri(data: bytes, mime_type: str) -> str:
    return f"data:{mime_type};base64,{b64encode(data).decode('ascii')}"


def _blocks(report: document.Document) -> Iterator[Markup]:
    """The blocks in their order, and the sections of the annex folded below their headings."""
    stem = f"{report.cover.file}_" if report.cover and report.cover.file else f"{slug(report.title)}-"
    for block in report.main:
        yield _block(block, stem)
    for heading, blocks in report.annex:
        body = Markup("\n").join(_block(block, stem) for block in blocks)
        body += _commands(report) if heading.text.casefold() == document.METHOD else Markup("")
        folded = Markup('<details class="annex"><summary>{}</summary>{}</details>')
        yield folded.format(_block(heading, stem), body)


def _commands(report: document.Document) -> Markup:
    """In an internal report, the commands by which those who make it ask where a figure comes from."""
    cover = report.cover
    if cover is None or not cover.place or cover.audience == "public" or len(report.figures) != 1:
        return Markup("")
    period, _, area = cover.place
    place = report.figures[0].columns.index("measure")
    measures = dict.fromkeys(str(row[place]) for row in report.figures[0].rows)
    lines = "\n".join(f"thematic explain {name} --area {area} --period {period}" for name in measures)
    said = (
        "In a terminal of the workbook, a command says where a figure comes from: the rows that are counted, why "
        "others are not, and the months (after make its name is “.venv/bin/thematic”). For a row of a table, add "
        f"--category with its dimension and category, such as --category month={period} for a "
        "count that the report has by month."
    )
    folded = "<details><summary>Commands that explain each figure</summary><p>{}</p><pre>{}</pre></details>"
    return Markup(folded).format(said, lines)


def _block(block: Block, stem: str) -> Markup:
    """A block; `stem` begins the names of the files that it offers."""
    match block:
        case Heading(level, text, anchor):
            return Markup('<h{0} id="{2}">{1}</h{0}>').format(level, text, anchor)
        case Prose(tokens):
            return _prose(tokens)
        case Section():
            return _section(block, stem)
        case Shown(Chart() as chart, label, anchor):
            return Markup(_chart(chart, label, anchor, stem))
        case Shown((DisplayTable() | SignedTable()) as table, label, anchor):
            return Markup(_table(table, label, anchor, stem))
        case Shown(display):
            return Markup(display.html())
        case Picture(data, mime_type, alt):
            picture = '<figure class="added"><div class="drawing"><img src="{}" alt="{}"></div></figure>'
            return Markup(picture).format(_data_uri(data, mime_type), alt)
        case Plain(text):
            return Markup("<pre>{}</pre>").format(text)
        case LeftOut():
            return Markup('<p class="left-out">{}</p>').format(block.text)
        case Equation(formula):
            return Markup(f'<div class="equation">{formula.in_page()}</div>')


def _prose(tokens: list[Token]) -> Markup:
    return Markup(_renderer().render_tokens(tokens, BlockState()))


def _section(section: Section, stem: str) -> Markup:
    byline = Markup('<p class="byline">{}</p>').format(section.byline) if section.byline else ""
    warning = Markup('<p class="warning">{}</p>').format(section.warning) if section.warning else ""
    body = Markup("\n").join(_block(block, stem) for block in section.blocks)
    whole = Markup('<section class="said" aria-labelledby="{}">{}{}{}<div class="words">{}</div></section>')
    return whole.format(section.heading.anchor, _block(section.heading, stem), byline, warning, body)


def _note(note: Note) -> Markup:
    """The note's words, then the ways back to where they are referred to."""
    back = Markup('<a href="#{}" role="doc-backlink">↑<span class="unseen"> Back to the text of note {}</span></a>')
    ways = Markup(" ").join(back.format(anchor, note.number) for anchor in note.references)
    return Markup("{}<p>{}</p>").format(_prose(note.tokens), ways)


def _table(table: DisplayTable | SignedTable, label: str, anchor: str, stem: str) -> str:
    grid = _fitted(table, label, anchor)
    below = notes_html(table.all_notes(), table.source)
    return f'<div class="table" id="{anchor}">{grid}{below}{_offered(table, label, label, stem)}</div>'


def _chart(chart: Chart, label: str, anchor: str, stem: str) -> str:
    again = anchor.removeprefix(f"figure-{chart.id}")  # "-2", where the page has the same chart twice
    wide, narrow = (_NAMED.sub(rf"\g<0>{again}", each) if again else each for each in (chart.svg, chart.narrow))
    narrow = f'<div class="drawing narrow">{narrow}</div>' if narrow else ""
    caption = f'<span class="label">{label}</span> <strong>{escape(chart.title)}</strong>'
    caption += f'<span class="subtitle">{escape(chart.subtitle)}</span>'
    below = notes_html(chart.all_notes(), chart.source)
    numbers = _fitted(chart.table) + notes_html(chart.table.all_notes(), chart.table.source)
    link = _offered(chart.table, label, f"the numbers of {label}", stem)
    folded = f"<details><summary>Numbers behind {label or 'this chart'}</summary>{numbers}</details>"
    return (
        f'<figure id="{anchor}"><figcaption>{caption}</figcaption>'
        f'<div class="drawing{" wide" if narrow else ""}">{wide}</div>{narrow}{below}'
        f'<div class="numbers">{folded}{link}</div></figure>'
    )


def _offered(table: DisplayTable | SignedTable, label: str, what: str, stem: str) -> str:
    """A link that downloads the table; nothing for one that has no label to call it by."""
    if not label:
        return ""
    return download(table, f"Download {what} (CSV)", f"{stem}{slug(label)}")


def _fitted(table: DisplayTable | SignedTable, label: str = "", anchor: str = "") -> str:
    """The table, in a box in which it is rows, or cards where it has no room for them."""
    return f'<div class="box">{table.grid(label, anchor, fitting.kind_of(table))}</div>'


class _Renderer(Renderer):
    """Markdown to HTML with the numbers of paragraphs, and with footnotes that lead there and back."""

    def paragraph(self, text: str, number: int | None = None) -> str:
        if number is None:
            return f"<p>{text}</p>\n"
        return f'<p class="numbered"><span class="count">{number}.</span> {text}</p>\n'

    def inline_math(self, text: str) -> str:
        formula = formulas.drawn(text)
        return formula.in_page() if formula else super().inline_math(text)

    def block_math(self, text: str) -> str:
        return self.inline_math(text)

    def footnote_ref(self, text: str, number: int, anchor: str, note: str, first: bool) -> str:
        unseen = '<span class="unseen">Note </span>'
        return f'<sup><a id="{anchor}" href="#{note}" role="doc-noteref">{unseen}{text}</a></sup>'


@lru_cache(maxsize=1)
def _renderer() -> _Renderer:
    return _Renderer()
