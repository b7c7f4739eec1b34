"""Turns an executed notebook into one HTML page that asks nothing of the network."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from mistune import BlockState
from nbconvert.exporters import Exporter
from nbformat import NotebookNode

from thematic.displays import Chart, SignedTable, Table, notes_html
from thematic.displays.markdown import Renderer, Token
from thematic.exporters import document
from thematic.exporters.blocks import Block, Heading, Note, Picture, Plain, Prose, Section, Shown

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

HERE = Path(__file__).parent
FACES = {"Regular": (400, "normal"), "SemiBold": (600, "normal"), "Italic": (400, "italic")}


class HtmlExporter(Exporter):  # type: ignore[misc]
    """`jupyter nbconvert --to thematic-html executed.ipynb` writes `executed.html`."""

    export_from_notebook = "Thematic report (HTML)"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page and the resources. Raises UserError as `document.read` does."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return page(document.read(nb)), resources


def page(report: document.Document) -> str:
    """The document as a whole page: style, typeface and charts within it, no scripts."""
    template = _templates().get_template("report.html.j2")
    notes = [(note, _note(note)) for note in report.notes]
    text = template.render(report=report, blocks=map(_block, report.blocks), notes=notes, style=_style())
    return _CONTROLS.sub("", text)


@lru_cache(maxsize=1)
def _templates() -> Environment:
    folder = FileSystemLoader(HERE / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@lru_cache(maxsize=1)
def _style() -> Markup:
    """The style sheet, the typeface in front of it."""
    faces = [
        f'@font-face{{font-family:"Thematic Sans";font-weight:{weight};font-style:{style};font-display:swap;'
        f"src:url({_data_uri((HERE / 'fonts' / f'ThematicSans-{face}.woff2').read_bytes(), 'font/woff2')}) "
        'format("woff2")}'
        for face, (weight, style) in FACES.items()
    ]
    return Markup("\n".join([*faces, (HERE / "templates" / "report.css").read_text(encoding="utf-8")]))


def _data_uri(data: bytes, mime_type: str) -> str:
    return f"data:{mime_type};base64,{b64encode(data).decode('ascii')}"


def _block(block: Block) -> Markup:
    match block:
        case Heading(level, text, anchor):
            return Markup('<h{0} id="{2}">{1}</h{0}>').format(level, text, anchor)
        case Prose(tokens):
            return _prose(tokens)
        case Section():
            return _section(block)
        case Shown(Chart() as chart, label, anchor):
            return Markup(_chart(chart, label, anchor))
        case Shown((Table() | SignedTable()) as table, label, anchor):
            return Markup(_table(table, label, anchor))
        case Shown(display):
            return Markup(display.html())
        case Picture(data, mime_type, alt):
            picture = '<figure class="added"><div class="drawing"><img src="{}" alt="{}"></div></figure>'
            return Markup(picture).format(_data_uri(data, mime_type), alt)
        case Plain(text):
            return Markup('<pre tabindex="0">{}</pre>').format(text)


def _prose(tokens: list[Token]) -> Markup:
    return Markup(_renderer().render_tokens(tokens, BlockState()))


def _section(section: Section) -> Markup:
    byline = Markup('<p class="byline">{}</p>').format(section.byline) if section.byline else ""
    body = Markup("\n").join(map(_block, section.blocks))
    whole = Markup('<section class="said" aria-labelledby="{}">{}{}<div class="words">{}</div></section>')
    return whole.format(section.heading.anchor, _block(section.heading), byline, body)


def _note(note: Note) -> Markup:
    """The note's words, then the ways back to where they are referred to."""
    back = Markup('<a href="#{}" role="doc-backlink">↑<span class="unseen"> Back to the text of note {}</span></a>')
    ways = Markup(" ").join(back.format(anchor, note.number) for anchor in note.references)
    return Markup("{}<p>{}</p>").format(_prose(note.tokens), ways)


def _table(table: Table | SignedTable, label: str, anchor: str) -> str:
    grid = _scrolling(table, label, anchor)
    return f'<div class="table" id="{anchor}">{grid}{notes_html(table.all_notes(), table.source)}</div>'


def _chart(chart: Chart, label: str, anchor: str) -> str:
    narrow = f'<div class="drawing narrow">{chart.narrow}</div>' if chart.narrow else ""
    caption = f'<span class="label">{label}</span> <strong>{escape(chart.title)}</strong>'
    caption += f'<span class="subtitle">{escape(chart.subtitle)}</span>'
    below = notes_html(chart.all_notes(), chart.source)
    numbers = _scrolling(chart.table) + notes_html(chart.table.all_notes(), chart.table.source)
    return (
        f'<figure id="{anchor}"><figcaption>{caption}</figcaption>'
        f'<div class="drawing{" wide" if narrow else ""}">{chart.svg}</div>{narrow}{below}'
        f"<details><summary>Numbers behind this chart</summary>{numbers}</details></figure>"
    )


def _scrolling(table: Table | SignedTable, label: str = "", anchor: str = "") -> str:
    """The table in a box that scrolls by itself, with a name for those who reach it by keyboard."""
    captioned = anchor and table.title
    name = f'labelledby="{anchor}-caption"' if captioned else f'label="{escape(table.title or "Table")}"'
    return f'<div class="scroll" role="region" tabindex="0" aria-{name}>{table.grid(label, anchor)}</div>'


class _Renderer(Renderer):
    """Markdown to HTML with the numbers of paragraphs, and with footnotes that lead there and back."""

    def paragraph(self, text: str, number: int | None = None) -> str:
        if number is None:
            return f"<p>{text}</p>\n"
        return f'<p class="numbered"><span class="count">{number}.</span> {text}</p>\n'

    def footnote_ref(self, text: str, number: int, anchor: str, note: str, first: bool) -> str:
        unseen = '<span class="unseen">Note </span>'
        return f'<sup><a id="{anchor}" href="#{note}" role="doc-noteref">{unseen}{text}</a></sup>'


@lru_cache(maxsize=1)
def _renderer() -> _Renderer:
    return _Renderer()
